package io.fdflux.posix;

import java.util.HashMap;
import java.util.Map;
import java.util.StringTokenizer;

/**
 * Maps error names to the English words of Linux's strerror(3). strerror itself depends on the process's locale, but
 * applications compare the words. Reactor Netty's {@code AbortedException}, for one, searches for "Connection reset
 * by peer".
 */
final class ErrorWords {

    private static final String TABLE = """
        EPERM             Operation not permitted
        ENOENT            No such file or directory
        ESRCH             No such process
        EINTR             Interrupted system call
        EIO               Input/output error
        ENXIO             No such device or address
        E2BIG             Argument list too long
        ENOEXEC           Exec format error
        EBADF             Bad file descriptor
        ECHILD            No child processes
        ENOMEM            Cannot allocate memory
        EACCES            Permission denied
        EFAULT            Bad address
        EBUSY             Device or resource busy
        EEXIST            File exists
        ENODEV            No such device
        ENOTDIR           Not a directory
        EISDIR            Is a directory
        ENOTTY            Inappropriate ioctl for device
        EINVAL            Invalid argument
        ENFILE            Too many open files in system
        EMFILE            Too many open files
        ETXTBSY           Text file busy
        EFBIG             File too large
        ENOSPC            No space left on device
        ESPIPE            Illegal seek
        EROFS             Read-only file system
        EPIPE             Broken pipe
        EAGAIN            Resource temporarily unavailable
        EINPROGRESS       Operation now in progress
        EALREADY          Operation already in progress
        ENOTSOCK          Socket operation on non-socket
        EDESTADDRREQ      Destination address required
        EMSGSIZE          Message too long
        EPROTOTYPE        Protocol wrong type for socket
        ENOPROTOOPT       Protocol not available
        EPROTONOSUPPORT   Protocol not supported
        EPROTO            Protocol error
        ENONET            Machine is not on the network
        EOVERFLOW         Value too large for defined data type
        ENOTSUP           Operation not supported
        EOPNOTSUPP        Operation not supported
        EAFNOSUPPORT      Address family not supported by protocol
        EADDRINUSE        Address already in use
        EADDRNOTAVAIL     Cannot assign requested address
        ENETDOWN          Network is down
        ENETUNREACH       Network is unreachable
        ENETRESET         Network dropped connection on reset
        ECONNABORTED      Software caused connection abort
        ECONNRESET        Connection reset by peer
        ENOBUFS           No buffer space available
        EISCONN           Transport endpoint is already connected
        ENOTCONN          Transport endpoint is not connected
        ESHUTDOWN         Cannot send after transport endpoint shutdown
        ETOOMANYREFS      Too many references: cannot splice
        ETIMEDOUT         Connection timed out
        ECONNREFUSED      Connection refused
        EHOSTDOWN         Host is down
        EHOSTUNREACH      No route to host
        ENOSYS            Function not implemented
        EDQUOT            Disk quota exceeded
        ESTALE            Stale file handle
        ELOOP             Too many levels of symbolic links
        ENAMETOOLONG      File name too long
        ECANCELED         Operation canceled
        """;

    private static final Map<String, String> WORDS = words();

    private ErrorWords() {}

    /** {@return the words, or null if the table lacks the name} */
    static String of(String name) {
        return WORDS.get(name);
    }

    /** Runs once, at the start, so it avoids the classes of regular expressions and lambdas. */
    private static Map<String, String> words() {
        Map<String, String> words = new HashMap<>();
        for (StringTokenizer lines = new StringTokenizer(TABLE, "\n"); lines.hasMoreTokens(); ) {
            String line = lines.nextToken();
            int end = line.indexOf(' ');
            words.put(line.substring(0, end), line.substring(end).strip());
        }
        return words;
    }
}
