using System.Text;
using System.Text.Json.Serialization;
using Microsoft.FSharp.Control;

namespace Perdure.Tests.Functions;

/// <summary>One mistake each. They are hidden in a class that is not public, so that no host finds them.</summary>
internal static class BadFunctions
{
    public static class TwoTriggers
    {
        public static void Run(
            [OrchestrationTrigger] IDurableOrchestrationContext a, [ActivityTrigger] IDurableActivityContext b) =>
            _ = (a, b);
    }

    public static class NoTrigger
    {
        [FunctionName("NoTrigger")]
        public static void Run(string input) => _ = input;
    }

    public static class EmptyName
    {
        [FunctionName("")]
        public static void Run([ActivityTrigger] string input) => _ = input;
    }

    public static class Reserved
    {
        [FunctionName("HOST")]
        public static void Run([ActivityTrigger] string input) => _ = input;
    }

    public static class EntityName
    {
        public static void Run(
            [OrchestrationTrigger(Orchestration = "@counter")] IDurableOrchestrationContext context) => _ = context;
    }

    public static class EntityWithResult
    {
        public static int Run([EntityTrigger] IDurableEntityContext context) => context.BatchSize;
    }

    public static class EntityOnText
    {
        public static void Run([EntityTrigger] string context) => _ = context;
    }

    public static class LimitedEntity
    {
        [Concurrency(1)]
        public static void Run([EntityTrigger] IDurableEntityContext context) => _ = context;
    }

    public static class EntityWithUnknownService
    {
        public static void Run([EntityTrigger] IDurableEntityContext context, StringBuilder builder) =>
            _ = (context, builder);
    }

    public static class EntityByReference
    {
        public static void Run([EntityTrigger] IDurableEntityContext context, ref int number) => _ = (context, number);
    }

    public static class EntityWithWrongClient
    {
        public static void Run([EntityTrigger] IDurableEntityContext context, [DurableClient] string client) =>
            _ = (context, client);
    }

    public static class NotPublic
    {
        [FunctionName("NotPublic")]
        internal static void Run([ActivityTrigger] string input) => _ = input;
    }

    public static class GenericMethod
    {
        public static void Run<T>([ActivityTrigger] string input) => _ = (input, default(T));
    }

    public static class AsyncVoid
    {
        public static async void Run([ActivityTrigger] string input) => await Task.FromResult(input);
    }

    public static class BadTimeout
    {
        [Timeout("5")]
        public static void Run([ActivityTrigger] string input) => _ = input;
    }

    public static class ZeroTimeout
    {
        [Timeout("00:00:00")]
        public static void Run([ActivityTrigger] string input) => _ = input;
    }

    public static class BadConcurrency
    {
        [Concurrency(0)]
        public static void Run([ActivityTrigger] string input) => _ = input;
    }

    public static class LimitedOrchestration
    {
        [Timeout("00:05:00")]
        public static void Run([OrchestrationTrigger] IDurableOrchestrationContext context) => _ = context;
    }

    public static class WrongContext
    {
        public static void Run([ActivityTrigger] IDurableOrchestrationContext context) => _ = context;
    }

    public static class WrongTrigger
    {
        public static void Run([OrchestrationTrigger] string input) => _ = input;
    }

    public static class OrchestrationWithClient
    {
        public static void Run(
            [OrchestrationTrigger] IDurableOrchestrationContext context, [DurableClient] IDurableClient client) =>
            _ = (context, client);
    }

    public static class UnknownService
    {
        public static void Run([ActivityTrigger] string input, StringBuilder builder) =>
            _ = (input, builder);
    }

    public static class ByReference
    {
        public static void Run([ActivityTrigger] ref int number) => number++;
    }

    public static class OnStack
    {
        public static void Run([ActivityTrigger] ReadOnlySpan<char> text) => _ = text.Length;
    }

    public static class Code
    {
        public static void Run([ActivityTrigger] Action action) => action();
    }

    public static class WrongClient
    {
        public static void Run([ActivityTrigger] string input, [DurableClient] string client) => _ = (input, client);
    }

    public static class NoClient
    {
        public static void Run([ActivityTrigger] string input, [DurableClient] IDurableClient client) =>
            _ = (input, client);
    }

    public static class OtherHub
    {
        public static void Run(
            [ActivityTrigger] string input, [DurableClient(TaskHub = "other")] IDurableClient client) =>
            _ = (input, client);
    }

    public static class OtherConnection
    {
        public static void Run(
            [ActivityTrigger] string input, [DurableClient(ConnectionName = "x")] IDurableClient client) =>
            _ = (input, client);
    }

    public sealed class UnknownInConstructor(StringBuilder builder)
    {
        public string Run([ActivityTrigger] string input) => builder + input;
    }

    public sealed class TwoConstructors
    {
        public TwoConstructors()
        {
        }

        public TwoConstructors(string text) => _ = text;

        public string Run([ActivityTrigger] string input) => input + ToString();
    }

    public static class OverTime
    {
        public static IAsyncEnumerable<int> Run([ActivityTrigger] string input) =>
            throw new NotSupportedException(input);
    }

    public static class Unstarted
    {
        public static FSharpAsync<int> Run([ActivityTrigger] string input) =>
            throw new NotSupportedException(input);
    }

    public static class Ambiguous
    {
        public static TwoNames Run([ActivityTrigger] string input) => throw new NotSupportedException(input);
    }

    public sealed class TwoNames
    {
        [JsonPropertyName("x")]
        public int First { get; set; }

        [JsonPropertyName("x")]
        public int Second { get; set; }
    }

    public static class FirstOfTwo
    {
        [FunctionName("Twin")]
        public static void Run([ActivityTrigger] string input) => _ = input;
    }

    public static class SecondOfTwo
    {
        [FunctionName("twin")]
        public static void Run([OrchestrationTrigger] IDurableOrchestrationContext context) => _ = context;
    }
}
