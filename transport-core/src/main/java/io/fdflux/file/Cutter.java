package io.fdflux.file;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * Makes elements of the bytes of a followed file. One subscription; loop thread.
 *
 * @param <T> type of the elements
 */
interface Cutter<T> {

    /**
     * Takes the next bytes.
     *
     * @param bytes    owned by the cutter from now on
     * @param elements receives what they complete
     * @throws IOException if an element would be too large
     */
    void cut(ByteBuf bytes, Consumer<? super T> elements) throws IOException;

    /**
     * The bytes of one file have ended: it was replaced or truncated.
     *
     * @param elements receives what is left
     */
    void end(Consumer<? super T> elements);

    /** Releases an element that is not delivered. */
    void discard(T element);
}
