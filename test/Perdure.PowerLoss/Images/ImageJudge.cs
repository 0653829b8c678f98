using Perdure.Torture.Journals;
using Perdure.Torture.Judging;

namespace Perdure.PowerLoss.Images;

/// <summary>Opens an image as the next start would, and holds it against what had been acknowledged by then.</summary>
internal static class ImageJudge
{
    /// <summary>What is wrong with the image; empty when nothing is.</summary>
    public static IReadOnlyList<string> Judge(string path, ClientRecord client, bool whole)
    {
        Findings findings = new(quiet: true);
        try
        {
            if (!File.Exists(path))
            {
                if (client.Acknowledgements > 0)
                    findings.Add("acknowledged and lost", "the whole file");
                return [.. findings.All];
            }
            using SqlFile file = new(path, Recording.RecordedFiles.OrdinaryName);
            if (file.Damage(whole: true) is { } damage)
                findings.Add("damaged file", damage);
            if (file.Number("select count(*) from sqlite_schema where name = 'instances'") == 0)
            {
                if (client.Acknowledgements > 0)
                    findings.Add("acknowledged and lost", "all tables");
                return [.. findings.All];
            }
            Look(file, client, findings, whole);
        }
        catch (InvalidDataException e)
        {
            findings.Add("unreadable", e.Message);
        }
        return [.. findings.All];
    }

    private static void Look(SqlFile file, ClientRecord client, Findings findings, bool whole)
    {
        Tables tables = new(file);
        Dictionary<string, InstanceLine> byId = tables.Instances.ToDictionary(i => i.Id);
        Promises promises = new(client, findings);
        WaitsFor waits = new(tables, byId, findings);
        Dictionary<string, Fold> folds = [];
        foreach (InstanceLine instance in tables.Instances)
        {
            if (!whole && !client.Raised.ContainsKey(instance.Id))
                continue;
            Fold fold = new(instance, tables.History(instance));
            folds.Add(instance.Id, fold);
            promises.Compare(instance, fold);
            waits.Check(instance, fold);
        }
        if (whole)
            waits.CheckTimers(folds);
        promises.CheckClients(tables, byId, folds);
    }
}
