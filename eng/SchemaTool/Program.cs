using GitOps.SchemaTool;

// Usage: SchemaTool DEFINITIONS.json[.gz] API-RESOURCES.json ZERO-VALUES.txt OUTPUT.bin
if (args.Length != 4)
{
    Console.Error.WriteLine("usage: SchemaTool DEFINITIONS.json[.gz] API-RESOURCES.json ZERO-VALUES.txt OUTPUT.bin");
    return 2;
}

var table = TableBuilder.Build(args[0], args[1], args[2]);
File.WriteAllBytes(args[3], table);
Console.WriteLine($"{args[3]}: {table.Length} bytes");
return 0;
