global using GitOps.Schema;
