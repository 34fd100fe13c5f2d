package io.fdflux.file;

import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** Where a {@link FileWriter} writes. Calls may block. One thread at a time. */
interface ByteTarget extends AutoCloseable {

    /** Writes all readable bytes of a buffer, which stays the caller's. */
    void write(ByteBuf buffer) throws IOException;

    /** Closes the target, and reports what is reported only then. */
    @Override
    void close() throws IOException;
}
