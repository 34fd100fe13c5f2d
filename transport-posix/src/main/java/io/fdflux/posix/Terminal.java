package io.fdflux.posix;

import io.fdflux.posix.ffi.RawTerminals;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * The mode and the size of a terminal, or of either side of a pseudo-terminal. Its bytes are read and written through
 * its {@link #descriptor()}. Thread-safe. The descriptor stays its owner's.
 *
 * <p>Mode and size belong to the terminal, not to the descriptor or the process. So a shell sees them too.
 */
public final class Terminal {

    private static final int SIXTEEN_BITS = 0xffff;

    private final Descriptor descriptor;

    private Terminal(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * The terminal of a descriptor.
     *
     * @param descriptor open
     * @return its terminal
     * @throws PosixException            if it is something else (ENOTTY)
     * @throws ClosedDescriptorException if its owner has closed it
     */
    public static Terminal of(Descriptor descriptor) throws IOException {
        Terminal terminal = new Terminal(Objects.requireNonNull(descriptor, "descriptor"));
        terminal.mode();
        return terminal;
    }

    /** {@return the descriptor, to read and to write} */
    public Descriptor descriptor() {
        return descriptor;
    }

    /**
     * Switches the terminal to raw mode until the result is closed, at the latest until the JVM exits. In raw mode each
     * byte is delivered at once and unchanged. The terminal neither echoes nor edits lines, and Ctrl-C is a byte: see
     * cfmakeraw(3). SIGKILL leaves the terminal raw; {@code stty sane} helps then.
     *
     * <p>Waits until pending output is written. A process in the background is stopped by SIGTTOU.
     *
     * @return restores the present mode
     * @throws IOException if the terminal has hung up (EIO), or the descriptor is closed
     */
    public RawMode raw() throws IOException {
        MemorySegment before = mode();
        MemorySegment raw =
                Arena.ofAuto().allocate(RawTerminals.MODE_BYTES, Long.BYTES).copyFrom(before);
        RawTerminals.makeRaw(raw);
        if (!descriptor.lease()) {
            throw new ClosedDescriptorException(descriptor, "tcsetattr");
        }
        return RawMode.enter(descriptor, before, raw);
    }

    private MemorySegment mode() throws IOException {
        MemorySegment mode = Arena.ofAuto().allocate(RawTerminals.MODE_BYTES, Long.BYTES);
        checked("tcgetattr", leased("tcgetattr", number -> RawTerminals.mode(number, mode)));
        return mode;
    }

    /**
     * The size of the window: TIOCGWINSZ of ioctl_tty(2).
     *
     * @return the present size
     * @throws IOException if the terminal has hung up (EIO), or the descriptor is closed
     */
    public TerminalSize size() throws IOException {
        long size = checked("ioctl", leased("ioctl", RawTerminals::size));
        return new TerminalSize((int) (size >>> Short.SIZE) & SIXTEEN_BITS, (int) size & SIXTEEN_BITS);
    }

    /**
     * Changes the size of the window: TIOCSWINSZ of ioctl_tty(2). The processes in the foreground get SIGWINCH. It is
     * for the master of a pseudo-terminal, whose program draws the window.
     *
     * @param size the new size
     * @throws IOException if the terminal has hung up (EIO), or the descriptor is closed
     */
    public void resize(TerminalSize size) throws IOException {
        checked("ioctl", leased("ioctl", number -> RawTerminals.setSize(number, size.columns(), size.rows())));
    }

    private interface Call {
        long on(int number);
    }

    private long leased(String name, Call call) throws IOException {
        if (!descriptor.lease()) {
            throw new ClosedDescriptorException(descriptor, name);
        }
        try {
            return call.on(descriptor.number());
        } finally {
            descriptor.release();
        }
    }

    private long checked(String name, long result) throws IOException {
        if (result < 0) {
            throw Errno.exception(name, descriptor, (int) -result);
        }
        return result;
    }

    @Override
    public String toString() {
        return "terminal of " + descriptor;
    }
}
