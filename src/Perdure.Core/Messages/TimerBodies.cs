using System.Buffers.Text;
using System.Text;
using Perdure.Core.Identity;
using Perdure.Core.Stores;

namespace Perdure.Core.Messages;

/// <summary>
/// What a timer row says of its task: the text <c>key.generation.task</c>; task −1 is a delayed start. The timer of an
/// entity holds the operation that is due.
/// </summary>
internal static class TimerBodies
{
    public const int StartTask = -1;

    public static byte[] Encode(TaskKey task) =>
        Encoding.ASCII.GetBytes($"{task.Key}.{task.Generation}.{task.Task}");

    public static Message Decode(TimerRow row)
    {
        ReadOnlySpan<byte> body = row.Body.Span;
        if (body is [(byte)'{', ..])
            return EntityMessageCodec.DecodeOperation(row.Body) with { Timer = row.Key };
        int first = body.IndexOf((byte)'.');
        int second = first + 1 + body[(first + 1)..].IndexOf((byte)'.');
        if (first <= 0 || second <= first
            || !Utf8Parser.TryParse(body[..first], out long key, out int keyLength) || keyLength != first
            || !Utf8Parser.TryParse(body[(first + 1)..second], out int generation, out int generationLength)
            || generationLength != second - first - 1
            || !Utf8Parser.TryParse(body[(second + 1)..], out int task, out int taskLength)
            || taskLength != body.Length - second - 1)
        {
            throw new FormatException(
                $"The timer {row.Key} of '{row.Target}' has the unreadable body '{Encoding.UTF8.GetString(body)}'.");
        }
        return task == StartTask
            ? new Message.StartDue(new ExecutionKey(key, generation), row.Key)
            : new Message.TimerDue(new TaskKey(key, generation, task), row.Key);
    }
}
