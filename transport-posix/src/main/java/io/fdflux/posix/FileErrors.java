package io.fdflux.posix;

import io.fdflux.posix.ffi.Constants;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Chooses the JDK's exception for a failed call on a path. */
final class FileErrors {

    private static final int EACCES = Constants.value("EACCES");

    private FileErrors() {}

    static IOException exception(String call, Path path, int errno) {
        IOException cause = Errno.exception(call, path, errno);
        IOException typed = null;
        if (errno == Errno.ENOENT) {
            typed = new NoSuchFileException(path.toString(), null, cause.getMessage());
        } else if (errno == EACCES) {
            typed = new AccessDeniedException(path.toString(), null, cause.getMessage());
        } else if (errno == Errno.EEXIST) {
            typed = new FileAlreadyExistsException(path.toString(), null, cause.getMessage());
        }
        if (typed == null) {
            return cause;
        }
        typed.initCause(cause);
        return typed;
    }
}
