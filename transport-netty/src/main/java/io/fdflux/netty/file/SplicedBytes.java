package io.fdflux.netty.file;

import java.nio.channels.WritableByteChannel;

/** Bytes that lie in a pipe, in the queue of the channel that they go to: in order with what else is written there. */
public final class SplicedBytes extends CountedRegion {

    private final int pipe;

    /**
     * Makes the message.
     *
     * @param pipe  the number of its reading end, which stays open until the message's promise is done
     * @param count how many bytes are in it
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
