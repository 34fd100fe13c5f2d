package io.fdflux.file;

import io.netty.buffer.ByteBuf;
import java.util.function.Consumer;

/** Passes bytes on as they are read. */
final class ByteCutter implements Cutter<ByteBuf> {

    @Override
    public void cut(ByteBuf bytes, Consumer<? super ByteBuf> elements) {
        elements.accept(bytes);
    }

    @Override
    public void end(Consumer<? super ByteBuf> elements) {
        // Nothing is kept.
    }

    @Override
    public void discard(ByteBuf element) {
        element.release();
    }
}
