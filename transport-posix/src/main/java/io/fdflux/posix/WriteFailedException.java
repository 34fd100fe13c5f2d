package io.fdflux.posix;

import java.io.IOException;

/**
 * Ends a stream of writes that the kernel refuses to continue. Says how many bytes of the stream the kernel has taken.
 * They may have reached the reader or not. It has no stack trace, because that would show frames of a loop only.
 */
public final class WriteFailedException extends PosixException {

    private static final long serialVersionUID = 1L;

    /** Bytes of the stream that the kernel has taken. */
    private final long bytesWritten;

    /**
     * Makes one.
     *
     * @param failure      of the call, as {@link Errno#exception} makes it; the cause of this exception
     * @param call         the function that failed, such as {@code write}
     * @param errno        the error number, in the platform's numbering
     * @param bytesWritten bytes of the stream that the kernel has taken before
     */
    public WriteFailedException(IOException failure, String call, int errno, long bytesWritten) {
        super("after " + bytesWritten + " bytes, " + failure.getMessage(), call, errno);
        this.bytesWritten = bytesWritten;
        initCause(failure);
    }

    /** {@return the bytes of the stream that the kernel has taken} */
    public long bytesWritten() {
        return bytesWritten;
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
