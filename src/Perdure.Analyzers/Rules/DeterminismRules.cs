using Microsoft.CodeAnalysis;

namespace Perdure.Analyzers.Rules;

/// <summary>What an orchestrator may not do, because its code runs again from its history.</summary>
internal static class DeterminismRules
{
    public static readonly DiagnosticDescriptor Clock = new(
        "PERDURE0101",
        "The clock is not the same at replay",
        "{0}{1} is not the same at replay; use context.CurrentUtcDateTime",
        RuleTexts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0101"));

    public static readonly DiagnosticDescriptor NewGuid = new(
        "PERDURE0102",
        "A new GUID is not the same at replay",
        "{0}{1} is not the same at replay; use context.NewGuid()",
        RuleTexts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0102"));

    public static readonly DiagnosticDescriptor Chance = new(
        "PERDURE0103",
        "A random value is not the same at replay",
        "{0}{1} is not the same at replay; draw random values in an activity",
        RuleTexts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0103"));

    public static readonly DiagnosticDescriptor Delay = new(
        "PERDURE0104",
        "A wait that is not durable",
        "{0}{1} is a wait that no history knows, so it leaves the turn; use context.CreateTimer",
        RuleTexts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0104"));

    public static readonly DiagnosticDescriptor OtherThread = new(
        "PERDURE0105",
        "Code that runs outside the turn",
        "{0}{1} runs code outside the turn; await tasks of the context, and move work into an activity",
        RuleTexts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0105"));

    public static readonly DiagnosticDescriptor Outside = new(
        "PERDURE0106",
        "Input and output in an orchestrator",
        "{0}{1} reaches outside, and does so again at each replay; move it into an activity",
        RuleTexts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0106"));

    public static readonly DiagnosticDescriptor Surroundings = new(
        "PERDURE0107",
        "The environment can differ at replay",
        "{0}{1} can be different at replay; pass it with the input, or read it in an activity",
        RuleTexts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0107"));

    public static readonly DiagnosticDescriptor StaticState = new(
        "PERDURE0108",
        "Static state that changes",
        "{0}{1} is static state that can change before a replay; pass it as input or result, or make it "
            + "readonly",
        RuleTexts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0108"));

    public static readonly DiagnosticDescriptor Unordered = new(
        "PERDURE0109",
        "An order that replay cannot rely on",
        "{0}{1} has no order that a replay can rely on; sort it first, or use a list",
        RuleTexts.Category, DiagnosticSeverity.Info, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0109"));

    public static readonly DiagnosticDescriptor Locking = new(
        "PERDURE0110",
        "A lock in an orchestrator",
        "{0}{1} blocks or leaves the turn, and no restart remembers it; leave it out, or use "
            + "context.LockAsync",
        RuleTexts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0110"));

    public static readonly DiagnosticDescriptor LeavesTurn = new(
        "PERDURE0111",
        "ConfigureAwait(false) in an orchestrator",
        "{0}{1} lets what follows run outside the turn; leave it out",
        RuleTexts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0111"));

    public static readonly DiagnosticDescriptor ForeignTask = new(
        "PERDURE0112",
        "A task that no durable function made",
        "{0}{1} is a task that no durable function made; do it in an activity and await that",
        RuleTexts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0112"));

    public static readonly DiagnosticDescriptor NotAwaited = new(
        "PERDURE0113",
        "A durable call that nobody awaits",
        "{0}nobody awaits the task of {1}, so its end and its failure are lost; await it",
        RuleTexts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0113"));

    public static readonly DiagnosticDescriptor Blocking = new(
        "PERDURE0114",
        "Blocking on a task",
        "{0}{1} blocks the turn in which the task would complete; await the task",
        RuleTexts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0114"));

    public static readonly DiagnosticDescriptor Endless = new(
        "PERDURE0115",
        "A loop without an end",
        "{0}{1} has no end, so the history grows until it is full; end each round with "
            + "context.ContinueAsNew and return",
        RuleTexts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0115"));

    public static readonly DiagnosticDescriptor Binding = new(
        "PERDURE0116",
        "An orchestrator takes its context and a logger",
        "'{0}' is {1}, which can be different at replay; an orchestrator takes its context and an "
            + "ILogger, so use it in an activity",
        RuleTexts.Category, DiagnosticSeverity.Error, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0116"));

    public static readonly DiagnosticDescriptor Logger = new(
        "PERDURE0117",
        "A logger that repeats itself at replay",
        "{0}{1} writes its lines again at each replay; use context.CreateReplaySafeLogger, or a "
            + "parameter of type ILogger",
        RuleTexts.Category, DiagnosticSeverity.Warning, isEnabledByDefault: true,
        description: RuleTexts.Of("PERDURE0117"));
}
