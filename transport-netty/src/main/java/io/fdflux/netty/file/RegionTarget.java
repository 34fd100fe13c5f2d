package io.fdflux.netty.file;

/** The socket that file regions are written to. */
public interface RegionTarget {

    /** {@return the number of the socket's descriptor} */
    int fd();

    boolean isOpen();

    /** Counts a write call by its result. */
    void countWrite(long result);
}
