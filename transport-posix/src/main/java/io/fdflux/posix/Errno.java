package io.fdflux.posix;

import static io.fdflux.posix.NativeFunctions.ADDRESS;
import static io.fdflux.posix.NativeFunctions.INT;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Error numbers in the {@linkplain Platform#current() platform}'s numbering, their names, messages and exceptions. */
public final class Errno {

    /** The operation would block. EWOULDBLOCK is the same number on every platform of the tables. */
    public static final int EAGAIN = Constants.value("EAGAIN");

    /** A signal interrupted the call. */
    public static final int EINTR = Constants.value("EINTR");

    /** Not permitted; epoll's answer for a regular file. */
    public static final int EPERM = Constants.value("EPERM");

    /** Not an open descriptor. */
    public static final int EBADF = Constants.value("EBADF");

    /** No such entry. */
    public static final int ENOENT = Constants.value("ENOENT");

    /** Exists already. */
    public static final int EEXIST = Constants.value("EEXIST");

    /** Invalid argument. */
    public static final int EINVAL = Constants.value("EINVAL");

    /** The function or option is not implemented. */
    public static final int ENOSYS = Constants.value("ENOSYS");

    /** EOPNOTSUPP. */
    public static final int EOPNOTSUPP = Constants.value("EOPNOTSUPP");

    /** ENOPROTOOPT. */
    public static final int ENOPROTOOPT = Constants.value("ENOPROTOOPT");

    /** Not a socket. */
    public static final int ENOTSOCK = Constants.value("ENOTSOCK");

    /** A connect goes on in the background. */
    public static final int EINPROGRESS = Constants.value("EINPROGRESS");

    /** A connect is going on already. */
    public static final int EALREADY = Constants.value("EALREADY");

    /** Connected already. */
    public static final int EISCONN = Constants.value("EISCONN");

    /** Not connected. */
    public static final int ENOTCONN = Constants.value("ENOTCONN");

    /** Nowhere to send a datagram to. */
    public static final int EDESTADDRREQ = Constants.value("EDESTADDRREQ");

    /** A connection was gone before it was accepted. */
    public static final int ECONNABORTED = Constants.value("ECONNABORTED");

    /** The peer reset the connection. */
    public static final int ECONNRESET = Constants.value("ECONNRESET");

    /** Nobody listens there. */
    public static final int ECONNREFUSED = Constants.value("ECONNREFUSED");

    /** The reading side is gone. */
    public static final int EPIPE = Constants.value("EPIPE");

    /** The process has no descriptor left. */
    public static final int EMFILE = Constants.value("EMFILE");

    /** The system has no descriptor left. */
    public static final int ENFILE = Constants.value("ENFILE");

    /** No buffer space. */
    public static final int ENOBUFS = Constants.value("ENOBUFS");

    /** No memory. */
    public static final int ENOMEM = Constants.value("ENOMEM");

    /** Address in use. */
    public static final int EADDRINUSE = Constants.value("EADDRINUSE");

    /** Address not of this machine. */
    public static final int EADDRNOTAVAIL = Constants.value("EADDRNOTAVAIL");

    /** A message is longer than there is room for. */
    public static final int EMSGSIZE = Constants.value("EMSGSIZE");

    /** A device failed; a terminal answers it too once its other side has gone. */
    public static final int EIO = Constants.value("EIO");

    private static final int EACCES = Constants.value("EACCES");
    private static final int ETIMEDOUT = Constants.value("ETIMEDOUT");
    private static final int EHOSTUNREACH = Constants.value("EHOSTUNREACH");
    private static final int ENETUNREACH = Constants.value("ENETUNREACH");

    /** accept(2) of Linux, error handling; the BSDs answer ECONNABORTED. */
    private static final Set<Integer> OF_PENDING_CONNECTION = Stream.of(
                    "ECONNABORTED",
                    "EPROTO",
                    "ENETDOWN",
                    "ENOPROTOOPT",
                    "EHOSTDOWN",
                    "ENONET",
                    "EHOSTUNREACH",
                    "EOPNOTSUPP",
                    "ENETUNREACH")
            .flatMap(name -> Constants.find(name).stream())
            .collect(Collectors.toUnmodifiableSet());

    private static final Map<Integer, String> NAMES = names();
    private static final int MESSAGE_LIMIT = 1024;

    private static final class Strerror {
        static final MethodHandle HANDLE = NativeFunctions.link("strerror", FunctionDescriptor.of(ADDRESS, INT));
    }

    private Errno() {}

    private static Map<Integer, String> names() {
        Map<Integer, String> names = new TreeMap<>();
        Constants.column(Platform.current().os()).forEach((name, value) -> {
            if (name.startsWith("E")
                    && !name.startsWith("EPOLL")
                    && !name.startsWith("EFD_")
                    && !name.startsWith("EV")) {
                names.put(value, name);
            }
        });
        return names;
    }

    /**
     * The symbolic name.
     *
     * @param errno a positive error number
     * @return {@code ECONNRESET}, or {@code errno 123} for one that the tables do not name
     */
    public static String name(int errno) {
        return NAMES.getOrDefault(errno, "errno " + errno);
    }

    /**
     * Whether an error that accept(2) answered is that of the connection it took from the queue, not the listener's: Linux
     * passes on what the network had to say. The next connection may be well.
     *
     * @param errno a positive error number
     * @return whether to try again at once, a bounded number of times
     */
    public static boolean isOfPendingConnection(int errno) {
        return OF_PENDING_CONNECTION.contains(errno);
    }

    /**
     * The system's message, by strerror(3).
     *
     * @param errno a positive error number
     * @return {@code Connection reset by peer}
     */
    @SuppressWarnings("restricted")
    public static String message(int errno) {
        try {
            MemorySegment text = (MemorySegment) Strerror.HANDLE.invokeExact(NativeFunctions.state(), errno);
            return text.equals(MemorySegment.NULL)
                    ? name(errno)
                    : text.reinterpret(MESSAGE_LIMIT).getString(0);
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /**
     * The exception for a failed call. Its type is the JDK's where that has one (and where applications test for it).
     *
     * @param call    the function that failed: {@code bind}
     * @param subject what it was called on: an address, a descriptor
     * @param errno   why, positive
     * @return a new exception, to be thrown or delivered by the caller
     */
    public static IOException exception(String call, Object subject, int errno) {
        String text = call + "(" + subject + "): " + message(errno) + " (" + name(errno) + " " + errno + ")";
        if (errno == ECONNREFUSED) {
            return new ConnectException(text + "; nothing listens there");
        }
        boolean path = call.equals("bind") && !(subject instanceof InetSocketAddress);
        if (errno == EADDRINUSE) {
            return new BindException(text
                    + (path
                            ? "; a file of that name exists: delete it, unless a process listens on it"
                            : "; choose another port, or stop the process that listens on it"));
        }
        if (errno == EADDRNOTAVAIL) {
            return new BindException(text + "; choose an address of this machine");
        }
        if (errno == EACCES && call.equals("bind") || errno == EPERM && path) {
            return new BindException(text
                    + (path ? "; it takes permission to write the directory" : "; ports below 1024 need a privilege"));
        }
        if (errno == ENOENT && call.equals("bind")) {
            return new FileNotFoundException(text + "; the directory must exist");
        }
        if (errno == ENOENT && (call.equals("connect") || call.equals("sendto"))) {
            return new FileNotFoundException(text + "; no socket has that path");
        }
        if (errno == EAGAIN && call.equals("connect")) {
            return new ConnectException(text + "; the listener's backlog is full");
        }
        if (errno == EHOSTUNREACH || errno == ENETUNREACH) {
            return new NoRouteToHostException(text);
        }
        if (errno == ETIMEDOUT && call.equals("connect")) {
            return new ConnectException(text);
        }
        if (errno == ETIMEDOUT) {
            return new SocketTimeoutException(text);
        }
        return new PosixException(text + hint(call, subject, errno), call, errno);
    }

    private static String hint(String call, Object subject, int errno) {
        boolean sending = call.equals("sendto");
        if (errno == EACCES && (sending || call.equals("connect"))) {
            return "; a broadcast address takes the option SO_BROADCAST, a path the permission to write";
        }
        if (errno == EDESTADDRREQ || errno == ENOTCONN && sending) {
            return "; connect the socket, or name a recipient";
        }
        if (errno == EMSGSIZE) {
            return "; that is more than one datagram holds";
        }
        if (errno == EINVAL && (sending || isWithoutScope(subject))) {
            return "; a link-local address needs its interface: fe80::1%eth0";
        }
        return "";
    }

    private static boolean isWithoutScope(Object subject) {
        return subject instanceof InetSocketAddress address
                && address.getAddress() instanceof Inet6Address ip
                && ip.isLinkLocalAddress()
                && ip.getScopeId() == 0;
    }
}
