package io.fdflux.benchmarks.program.scenario;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;
import reactor.core.publisher.Flux;

/** Bodies of many bytes, out of one block that is never copied. */
public final class Body {

    /** The bytes of one body. */
    public static final int BYTES = 1 << 20;

    /** The bytes of one buffer of a body. */
    public static final int BLOCK = 64 << 10;

    private static final ByteBuf BYTES_OF_BLOCK = Unpooled.unreleasableBuffer(
            Unpooled.directBuffer(BLOCK).writeBytes(pattern()).asReadOnly());

    private Body() {}

    /** Bytes that do not compress, the same ones in each process. */
    private static byte[] pattern() {
        byte[] bytes = new byte[BLOCK];
        new Random(BLOCK).nextBytes(bytes);
        return bytes;
    }

    /** {@return a view of the block; releasing it has no effect} */
    public static ByteBuf block() {
        return BYTES_OF_BLOCK.duplicate();
    }

    /** {@return one body} */
    public static Flux<ByteBuf> body() {
        return Flux.range(0, BYTES / BLOCK).map(number -> block());
    }
}
