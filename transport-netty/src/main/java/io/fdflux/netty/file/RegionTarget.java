package io.fdflux.netty.file;

/** The socket that file regions are written to. */
public interface RegionTarget {

    /** Its descriptor's number. */
    int fd();

    boolean isOpen();

    /** Counts a write call, which has returned this. */
    void countWrite(long result);
}
