package io.fdflux.netty.file;

/** A part of an open file. */
public abstract class OpenFileRegion extends CountedRegion {

    protected OpenFileRegion(long position, long count) {
        super(position, count);
    }

    /** {@return the number of the file's descriptor} */
    protected abstract int fileNumber();
}
