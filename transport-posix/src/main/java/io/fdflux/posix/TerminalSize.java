package io.fdflux.posix;

/**
 * The size of a terminal's window in characters.
 *
 * @param columns 0 to 65,535; 0 if the terminal does not know it
 * @param rows    0 to 65,535; 0 if the terminal does not know it
 */
public record TerminalSize(int columns, int rows) {

    private static final int MOST = 0xffff;

    /** Checks the bounds of the kernel's {@code struct winsize}. */
    public TerminalSize {
        if (columns < 0 || columns > MOST || rows < 0 || rows > MOST) {
            throw new IllegalArgumentException("a terminal has 0 to " + MOST + " columns and rows, not " + columns
                    + " columns and " + rows + " rows");
        }
    }
}
