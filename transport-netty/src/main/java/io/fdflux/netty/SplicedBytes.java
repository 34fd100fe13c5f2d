package io.fdflux.netty;

import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;
import java.nio.channels.WritableByteChannel;

/** Bytes that lie in a pipe, in the queue of the channel that they go to: in order with what else is written there. */
final class SplicedBytes extends AbstractReferenceCounted implements FileRegion {

    private final int pipe;
    private final long count;
    private long transferred;

    /**
     * Makes the message.
     *
     * @param pipe  the number of its reading end, which stays open until the message's promise is done
     * @param count how many bytes are in it
     */
    SplicedBytes(int pipe, long count) {
        this.pipe = pipe;
        this.count = count;
    }

    int pipe() {
        return pipe;
    }

    void advance(long bytes) {
        transferred += bytes;
    }

    @Override
    public long count() {
        return count;
    }

    @Override
    public long transferred() {
        return transferred;
    }

    @Override
    @Deprecated
    public long transfered() {
        return transferred;
    }

    @Override
    public long position() {
        return 0;
    }

    @Override
    public long transferTo(WritableByteChannel target, long position) {
        throw new UnsupportedOperationException("a pipe's bytes go to a socket by splice, not to " + target);
    }

    @Override
    protected void deallocate() {
        // The splice closes its pipe.
    }

    @Override
    public SplicedBytes retain() {
        super.retain();
        return this;
    }

    @Override
    public SplicedBytes retain(int increment) {
        super.retain(increment);
        return this;
    }

    @Override
    public SplicedBytes touch() {
        return this;
    }

    @Override
    public SplicedBytes touch(Object hint) {
        return this;
    }
}
