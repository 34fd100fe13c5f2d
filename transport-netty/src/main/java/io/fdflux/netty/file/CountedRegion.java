package io.fdflux.netty.file;

import io.netty.channel.FileRegion;
import io.netty.util.AbstractReferenceCounted;

/** Bytes to send from somewhere else than a buffer, with a count of the bytes sent. */
abstract class CountedRegion extends AbstractReferenceCounted implements FileRegion {

    private final long position;
    private final long count;
    private long transferred;

    CountedRegion(long position, long count) {
        this.position = position;
        this.count = count;
    }

    protected final void advance(long bytes) {
        transferred += bytes;
    }

    @Override
    public final long position() {
        return position;
    }

    @Override
    public final long count() {
        return count;
    }

    @Override
    public final long transferred() {
        return transferred;
    }

    @Override
    @Deprecated
    public final long transfered() {
        return transferred;
    }

    @Override
    public final FileRegion retain() {
        super.retain();
        return this;
    }

    @Override
    public final FileRegion retain(int increment) {
        super.retain(increment);
        return this;
    }

    @Override
    public final FileRegion touch() {
        return touch(null);
    }

    @Override
    public FileRegion touch(Object hint) {
        return this;
    }
}
