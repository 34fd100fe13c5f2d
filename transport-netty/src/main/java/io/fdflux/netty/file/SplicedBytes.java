package io.fdflux.netty.file;

import java.nio.channels.WritableByteChannel;

/** Bytes of a splice's pipe as a message, so that they keep their order among the target's other writes. */
public final class SplicedBytes extends CountedRegion {

    private final int pipe;

    /**
     * Makes the message.
     *
     * @param pipe  the number of the reading end, which stays open until the message's promise is done
     * @param count the bytes in the pipe
     */
    public SplicedBytes(int pipe, long count) {
        super(0, count);
        this.pipe = pipe;
    }

    int pipe() {
        return pipe;
    }

    @Override
    public long transferTo(WritableByteChannel target, long position) {
        throw new UnsupportedOperationException("a pipe's bytes go to a socket by splice, not to " + target);
    }

    @Override
    protected void deallocate() {
        // The splice closes its pipe.
    }
}
