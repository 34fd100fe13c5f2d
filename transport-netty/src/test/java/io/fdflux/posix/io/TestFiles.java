package io.fdflux.posix.io;

import static io.fdflux.posix.ffi.NativeFunctions.ADDRESS;
import static io.fdflux.posix.ffi.NativeFunctions.INT;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.Pipes;
import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NativeFunctions;
import io.fdflux.posix.ffi.RawDescriptors;
import io.fdflux.posix.ffi.RawFiles;
import io.fdflux.posix.platform.Platform;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** Opens kinds of files that only tests need. */
public final class TestFiles {

    private static final FunctionDescriptor INTS = FunctionDescriptor.of(INT, INT);
    private static final MethodHandle DUP = NativeFunctions.link("dup", INTS);
    private static final MethodHandle SOCKETPAIR =
            NativeFunctions.link("socketpair", FunctionDescriptor.of(INT, INT, INT, INT, ADDRESS));
    private static final MethodHandle PIPE2 = NativeFunctions.link("pipe2", FunctionDescriptor.of(INT, ADDRESS, INT));
    private static final MethodHandle OPENPT = NativeFunctions.link("posix_openpt", INTS);
    private static final MethodHandle GRANTPT = NativeFunctions.link("grantpt", INTS);
    private static final MethodHandle UNLOCKPT = NativeFunctions.link("unlockpt", INTS);
    private static final MethodHandle PTSNAME = NativeFunctions.link("ptsname", FunctionDescriptor.of(ADDRESS, INT));
    private static final MethodHandle INOTIFY_INIT = NativeFunctions.link("inotify_init1", INTS);
    private static final MethodHandle INOTIFY_ADD =
            NativeFunctions.link("inotify_add_watch", FunctionDescriptor.of(INT, INT, ADDRESS, INT));

    private static final int O_RDWR = 2;
    private static final int IN_CREATE = 0x100;
    /** The value of x86-64 and riscv64; arm64 has another. */
    private static final int O_DIRECT = Platform.current().arch().equals("aarch64") ? 0200000 : 040000;

    private TestFiles() {}

    /** Duplicates the descriptor of an open file. */
    public static Descriptor dup(Descriptor of) {
        return Descriptor.of(call(DUP, of.number()));
    }

    /** Opens a pseudo-terminal: its master, and its other side, both blocking. */
    public static Pipes.Pair pty() {
        int noctty = Constants.value("O_NOCTTY");
        int master = call(OPENPT, O_RDWR | noctty);
        call(GRANTPT, master);
        call(UNLOCKPT, master);
        String name = ptsname(master);
        return new Pipes.Pair(
                Descriptor.of(master), Descriptor.of(checked(RawFiles.open(name, O_RDWR | noctty, RawFiles.NO_MODE))));
    }

    private static String ptsname(int master) {
        try {
            long name = (long) PTSNAME.invokeExact(NativeFunctions.state(), (long) master, 0L, 0L, 0L, 0L, 0L);
            return NativeFunctions.string(name, 128);
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /** Opens two connected blocking Unix-domain sockets that preserve messages: "SOCK_SEQPACKET" or "SOCK_DGRAM". */
    public static Pipes.Pair messageSockets(String type) {
        return pair(numbers -> (int) (long) SOCKETPAIR.invokeExact(
                NativeFunctions.state(),
                (long) Constants.value("AF_UNIX"),
                (long) Constants.value(type),
                0L,
                numbers.address(),
                0L,
                0L));
    }

    /** Opens a blocking pipe. */
    public static Pipes.Pair pipe() {
        return pair(numbers ->
                (int) (long) PIPE2.invokeExact(NativeFunctions.state(), numbers.address(), 0L, 0L, 0L, 0L, 0L));
    }

    /** Opens a blocking pipe whose writes are packets, pipe(2). */
    public static Pipes.Pair packetPipe() {
        return pair(numbers -> (int)
                (long) PIPE2.invokeExact(NativeFunctions.state(), numbers.address(), (long) O_DIRECT, 0L, 0L, 0L, 0L));
    }

    /** Opens a blocking inotify(7) descriptor for files that are created in a folder. */
    public static Descriptor inotify(Path folder) {
        int inotify = call(INOTIFY_INIT, 0);
        try (Arena arena = Arena.ofConfined()) {
            checked((int) (long) INOTIFY_ADD.invokeExact(
                    NativeFunctions.state(),
                    (long) inotify,
                    arena.allocateFrom(folder.toString()).address(),
                    (long) IN_CREATE,
                    0L,
                    0L,
                    0L));
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
        return Descriptor.of(inotify);
    }

    private interface Maker {
        int make(MemorySegment numbers) throws Throwable;
    }

    private static Pipes.Pair pair(Maker maker) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment numbers = arena.allocate(ValueLayout.JAVA_INT, 2);
            checked(maker.make(numbers));
            return new Pipes.Pair(Descriptor.of(numbers.getAtIndex(INT, 0)), Descriptor.of(numbers.getAtIndex(INT, 1)));
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    private static int call(MethodHandle handle, int argument) {
        try {
            return checked(
                    (int) (long) handle.invokeExact(NativeFunctions.state(), (long) argument, 0L, 0L, 0L, 0L, 0L));
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    private static int checked(int result) {
        if (result < 0) {
            throw new IllegalStateException(
                    "result " + result + ", errno " + NativeFunctions.errno(NativeFunctions.state()));
        }
        return result;
    }

    /** Whether O_NONBLOCK is set. */
    public static boolean isNonBlocking(Descriptor descriptor) {
        return (RawDescriptors.fcntl(descriptor.number(), Constants.value("F_GETFL"), 0)
                        & Constants.value("O_NONBLOCK"))
                != 0;
    }
}
