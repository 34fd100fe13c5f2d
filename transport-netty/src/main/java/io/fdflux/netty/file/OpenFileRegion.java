package io.fdflux.netty.file;

/** A part of a file that is open. */
public abstract class OpenFileRegion extends CountedRegion {

    protected OpenFileRegion(long position, long count) {
        super(position, count);
    }

    /** The number of the file's descriptor. */
    protected abstract int fileNumber();
}
