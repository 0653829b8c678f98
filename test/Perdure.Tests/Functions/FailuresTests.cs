using System.Reflection;
using Perdure.Functions;
using Shouldly;
using Xunit;

namespace Perdure.Tests.Functions;

public class FailuresTests
{
    [Fact]
    public void An_exception_is_told_with_its_cause()
    {
        FailureDetails failure = ThrownFailure.Of(Caught(() =>
            throw new InvalidOperationException("outer", new TimeoutException("inner"))));

        failure.ErrorType.ShouldBe("System.InvalidOperationException");
        failure.ErrorMessage.ShouldBe("outer");
        failure.StackTrace.ShouldNotBeNull().ShouldContain(nameof(An_exception_is_told_with_its_cause));
        failure.InnerFailure.ShouldBe(new FailureDetails("System.TimeoutException", "inner"));
    }

    [Fact]
    public void Of_several_exceptions_the_first_is_the_cause()
    {
        FailureDetails failure = ThrownFailure.Of(
            new AggregateException(new TimeoutException("first"), new FormatException()));

        failure.ErrorType.ShouldBe("System.AggregateException");
        failure.InnerFailure.ShouldBe(new FailureDetails("System.TimeoutException", "first"));
    }

    [Fact]
    public void What_reflection_wraps_is_unwrapped_at_every_depth()
    {
        TimeoutException thrown = new("late");
        TargetInvocationException wrapped = new(new TargetInvocationException(thrown));

        ThrownFailure.Of(wrapped).ShouldBe(new FailureDetails("System.TimeoutException", "late"));
        ThrownFailure.Of(new FormatException("x", wrapped))
            .InnerFailure.ShouldBe(new("System.TimeoutException", "late"));
    }

    [Fact]
    public void A_failed_call_carries_what_failed_there()
    {
        FailureDetails cause = new("Shop.SoldOut", "none left", "at Shop", new("Shop.Cause", "why"));

        FailureDetails failure = ThrownFailure.Of(new FunctionFailedException("The activity 'Buy' failed.", cause));

        failure.ErrorType.ShouldBe("Perdure.FunctionFailedException");
        failure.InnerFailure.ShouldBe(cause);
    }

    [Fact]
    public void Depth_and_size_have_limits()
    {
        Exception deep = new FormatException("0");
        for (int i = 1; i < 20; i++)
            deep = new FormatException($"{i}", deep);
        Depth(ThrownFailure.Of(deep)).ShouldBe(ThrownFailure.DepthMax);

        FailureDetails told = new("T", "0");
        for (int i = 1; i < 20; i++)
            told = new("T", $"{i}", null, told);
        FormatException above = new("x", new FunctionFailedException("y", told));
        Depth(ThrownFailure.Of(above)).ShouldBe(ThrownFailure.DepthMax);

        string message = ThrownFailure.Of(new FormatException(new string('x', 100_000))).ErrorMessage;
        message.Length.ShouldBe(ThrownFailure.MessageCharsMax + 1);
        message.ShouldEndWith("x…");
    }

    [Fact]
    public void Text_is_made_well_formed_and_never_cut_inside_a_pair()
    {
        ThrownFailure.Of(new FormatException("a\ud800b😀")).ErrorMessage.ShouldBe("a\ufffdb😀");
        string cut = ThrownFailure.Of(new FormatException(new string('x', ThrownFailure.MessageCharsMax - 1) + "😀"))
            .ErrorMessage;
        cut.ShouldBe(new string('x', ThrownFailure.MessageCharsMax - 1) + "…");
    }

    [Fact]
    public void An_exception_that_cannot_tell_its_message_is_told_nevertheless()
    {
        FailureDetails failure = ThrownFailure.Of(new Mute());

        failure.ErrorType.ShouldBe(typeof(Mute).FullName);
        failure.ErrorMessage.ShouldBe("(not readable: System.NotSupportedException)");
    }

    private static int Depth(FailureDetails? failure) => failure is null ? 0 : 1 + Depth(failure.InnerFailure);

    private static Exception Caught(Action action) => Should.Throw<Exception>(action);

    private sealed class Mute : Exception
    {
        public override string Message => throw new NotSupportedException();
    }
}
