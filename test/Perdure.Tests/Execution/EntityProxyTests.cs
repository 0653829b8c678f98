using Perdure.Execution.Entities;

namespace Perdure.Tests.Execution;

public sealed class EntityProxyTests
{
    private static readonly EntityId Id = new("Account", "a");

    [Fact]
    public async Task Methods_send_their_names_and_inputs()
    {
        Sender sender = new();
        IAccount account = EntityProxy.Create<IAccount>(Id, sender);

        account.Reset();
        account.Note("n");
        await account.Deposit(5);
        (await account.Balance()).ShouldBe(7);
        (await account.Owner((1, "x"))).ShouldBe("owner");
        account.Inherited();

        sender.Sent.ShouldBe(
        [
            "signal @account@a Reset ", "signal @account@a Note n", "call @account@a Deposit 5",
            "ask @account@a Balance ", "ask @account@a Owner (1, x)", "signal @account@a Inherited ",
        ]);
    }

    [Fact]
    public void What_the_sender_throws_is_what_the_caller_sees() =>
        Should.Throw<InvalidTimeZoneException>(() => EntityProxy.Create<IAccount>(Id, new Refusing()).Reset());

    [Theory]
    [InlineData(typeof(Account), "it is not an interface")]
    [InlineData(typeof(INothing), "it has no methods")]
    [InlineData(typeof(IProperty), "belongs to a property or an event")]
    [InlineData(typeof(ITwo), "its method Two has 2 parameters")]
    [InlineData(typeof(IValue), "its method Get returns System.Int32, and not void, Task or Task<T>")]
    [InlineData(typeof(IGenericMethod), "its method Get is generic")]
    [InlineData(typeof(IStaticMethod), "its method Make is static")]
    [InlineData(typeof(IByReference), "passed by reference")]
    [InlineData(typeof(IInheritsWrong), "its method Two has 2 parameters")]
    public void An_interface_that_cannot_stand_for_an_entity_is_refused(Type type, string text)
    {
        string message = Should.Throw<InvalidOperationException>(() => EntityInterface.Of(type)).Message;

        message.ShouldContain(text);
        message.ShouldContain("cannot stand for an entity");
        Should.Throw<InvalidOperationException>(() => EntityInterface.NameOf(type)).Message.ShouldBe(message);
    }

    [Fact]
    public void The_name_is_that_of_the_only_class_that_implements_the_interface()
    {
        EntityInterface.NameOf(typeof(IAccount)).ShouldBe("Account");
        EntityInterface.NameOf(typeof(IInherited)).ShouldBe("Account");
        Should.Throw<InvalidOperationException>(() => EntityInterface.NameOf(typeof(INobody))).Message
            .ShouldContain("no class in its assembly implements it. Give an EntityId in place of the key.");
        Should.Throw<InvalidOperationException>(() => EntityInterface.NameOf(typeof(IShared))).Message
            .ShouldContain("First and Perdure.Tests.Execution.EntityProxyTests.Second implement it.");
    }

    [Fact]
    public void A_signal_by_an_action_is_exactly_one_operation()
    {
        SingleSignal.Of<IAccount>(Id, a => a.Note("n")).ShouldBe(("Note", "n"));
        SingleSignal.Of<IAccount>(Id, a => a.Balance()).ShouldBe(("Balance", null));
        Should.Throw<InvalidOperationException>(() => SingleSignal.Of<IAccount>(Id, _ => { })).Message
            .ShouldContain("called 0 operations");
        Should.Throw<InvalidOperationException>(() => SingleSignal.Of<IAccount>(Id, a =>
        {
            a.Reset();
            a.Deposit(1);
        })).Message.ShouldContain("called 2 operations");
    }

    private sealed class Sender : IEntitySender
    {
        public List<string> Sent { get; } = [];

        public void Signal(EntityId entity, string operation, object? input) =>
            Sent.Add($"signal {entity} {operation} {input}");

        public Task CallAsync(EntityId entity, string operation, object? input)
        {
            Sent.Add($"call {entity} {operation} {input}");
            return Task.CompletedTask;
        }

        public Task<TResult> CallAsync<TResult>(EntityId entity, string operation, object? input)
        {
            Sent.Add($"ask {entity} {operation} {input}");
            return Task.FromResult((TResult)(object)(typeof(TResult) == typeof(int) ? 7 : "owner"));
        }
    }

    private sealed class Refusing : IEntitySender
    {
        public void Signal(EntityId entity, string operation, object? input) => throw new InvalidTimeZoneException();

        public Task CallAsync(EntityId entity, string operation, object? input) => throw new NotSupportedException();

        public Task<TResult> CallAsync<TResult>(EntityId entity, string operation, object? input) =>
            throw new NotSupportedException();
    }

    public interface IInherited
    {
        void Inherited();
    }

    internal interface IAccount : IInherited
    {
        void Reset();

        void Note(string text);

        Task Deposit(int amount);

        Task<int> Balance();

        Task<string> Owner((int, string) place);
    }

    internal sealed class Account : IAccount
    {
        public void Inherited()
        {
        }

        public void Reset()
        {
        }

        public void Note(string text) => _ = text;

        public Task Deposit(int amount) => Task.CompletedTask;

        public Task<int> Balance() => Task.FromResult(0);

        public Task<string> Owner((int, string) place) => Task.FromResult("");
    }

#pragma warning disable CA1040 // Each interface is a mistake of its own.
    private interface INothing;
#pragma warning restore CA1040

    private interface IProperty
    {
        int Value { get; }
    }

    private interface ITwo
    {
        void Two(int a, int b);
    }

    private interface IInheritsWrong : ITwo
    {
        void One(int a);
    }

    private interface IValue
    {
        int Get();
    }

    private interface IGenericMethod
    {
        Task Get<T>();
    }

    private interface IStaticMethod
    {
        static void Make()
        {
        }
    }

    private interface IByReference
    {
        void Take(ref int value);
    }

    private interface INobody
    {
        void Nothing();
    }

    private interface IShared
    {
        void Shared();
    }

    private sealed class First : IShared
    {
        public void Shared()
        {
        }
    }

    private sealed class Second : IShared
    {
        public void Shared()
        {
        }
    }
}
