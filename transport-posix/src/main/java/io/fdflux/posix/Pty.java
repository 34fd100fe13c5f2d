package io.fdflux.posix;

import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.RawDescriptors;
import io.fdflux.posix.ffi.RawFiles;
import io.fdflux.posix.ffi.RawTerminals;
import java.io.IOException;

/**
 * A new pseudo-terminal: pty(7). What is written to its {@link #master()} is typed at the terminal, and what programs
 * write to the terminal is read from the master. Thread-safe.
 *
 * <p>The master's input ends when all descriptors of the other side are closed.
 */
public final class Pty implements AutoCloseable {

    private static final int OTHER_SIDE = Constants.value("O_RDWR")
            | Constants.value("O_NOCTTY")
            | Constants.value("O_NONBLOCK")
            | Constants.value("O_CLOEXEC");

    private final Descriptor master;
    private final String name;

    private Pty(Descriptor master, String name) {
        this.master = master;
        this.name = name;
    }

    /**
     * Makes a pseudo-terminal: posix_openpt(3).
     *
     * @return the pseudo-terminal; the caller closes it
     * @throws IOException if the process has no descriptors left, or the system no pseudo-terminals (ENOSPC, pty(7))
     */
    public static Pty open() throws IOException {
        int master = RawTerminals.openMaster();
        if (master >= 0) {
            master = RawDescriptors.withFlags(master);
        }
        if (master < 0) {
            throw Errno.exception("posix_openpt", "", -master);
        }
        Descriptor descriptor = Descriptor.unshared(master);
        String name = RawTerminals.nameOfOtherSide(master);
        if (name == null) {
            descriptor.close();
            throw new IOException("ptsname(" + descriptor + ") knows no path: is /dev/pts mounted?");
        }
        return new Pty(descriptor, name);
    }

    /** {@return the side that stands for keyboard and screen} */
    public Descriptor master() {
        return master;
    }

    /** {@return the path of the terminal, such as {@code /dev/pts/3}} */
    public String name() {
        return name;
    }

    /**
     * Opens the side that programs use as their terminal. It does not become the controlling terminal of this process.
     *
     * @return the terminal, non-blocking and closed on exec; the caller closes it
     * @throws IOException if the process has no descriptors left, or the master is closed
     */
    public Descriptor openTerminal() throws IOException {
        int number = RawFiles.open(name, OTHER_SIDE, RawFiles.NO_MODE);
        if (number < 0) {
            throw Errno.exception("open", name, -number);
        }
        return Descriptor.unshared(number);
    }

    /** Closes the master. Programs on the other side get SIGHUP, and read the end. */
    @Override
    public void close() throws IOException {
        master.close();
    }

    @Override
    public String toString() {
        return "pseudo-terminal " + name + ", master " + master;
    }
}
