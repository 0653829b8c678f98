namespace Perdure.CheckedProgram;

/// <summary>Of how far the program came: a line for each step in a file, if there is one.</summary>
public sealed class Proof(string? file)
{
    public void Leave(string what)
    {
        if (file is not null)
            File.AppendAllLines(file, [what]);
    }
}
