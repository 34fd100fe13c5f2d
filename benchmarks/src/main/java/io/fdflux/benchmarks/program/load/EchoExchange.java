package io.fdflux.benchmarks.program.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;

/** A message that comes back. */
final class EchoExchange implements Exchange {

    private static final int BYTES = 64;

    private static final ByteBuf MESSAGE = Unpooled.unreleasableBuffer(
            Unpooled.directBuffer(BYTES).writeZero(BYTES - 1).writeByte('\n'));

    @Override
    public Iterable<ByteBuf> request() {
        return List.of(MESSAGE.duplicate());
    }

    @Override
    public int answerBytes() {
        return BYTES;
    }

    @Override
    public long operations(ByteBuf answer) {
        return answer.equals(MESSAGE) ? 1 : -1;
    }
}
