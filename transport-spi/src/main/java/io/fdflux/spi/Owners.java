package io.fdflux.spi;

import java.util.Arrays;

/**
 * Maps each descriptor's number to its token, for pollers. So a late {@link Poller#update} or {@link Poller#forget}
 * does not affect a new descriptor with the same number. Owner thread only. A change costs two array reads.
 *
 * <pre>
 * token of the update                      before   result
 * the token that has it                    any      nothing
 * the token that had it last               any      nothing: the update is stale
 * any other token                          NONE     the token gets it: a new descriptor has nothing armed
 * any other token                          armed    nothing: the update is stale, a new descriptor has nothing armed
 * </pre>
 */
public final class Owners {

    private static final long NO_TOKEN = -1; // tokens are not negative
    private static final int PAGE_BITS = 8;
    private static final int PAGE = 1 << PAGE_BITS;
    private static final int FORMER = PAGE;

    /** Per 256 numbers, the tokens that have them, then those that had them last. */
    private long[][] pages = new long[PAGE][];

    /** Makes a table in which no token has a number. */
    public Owners() {}

    /**
     * Checks an update, and gives the number to its token if it is new.
     *
     * @param fd     the descriptor's number
     * @param before the interests that the caller has armed
     * @param token  the caller's
     * @return whether to make the update; false if it is stale
     * @throws IllegalArgumentException if the number is negative
     */
    public boolean accept(int fd, int before, long token) {
        if (fd < 0) {
            throw new IllegalArgumentException("a descriptor's number is not negative: " + fd);
        }
        long[] page = page(fd >>> PAGE_BITS);
        int index = fd & PAGE - 1;
        if (page[index] == token) {
            return true;
        }
        if (before != Interest.NONE || page[FORMER + index] == token) {
            return false;
        }
        change(page, index, token);
        return true;
    }

    private long[] page(int number) {
        if (number >= pages.length) {
            pages = Arrays.copyOf(pages, Math.max(number + 1, pages.length * 2));
        }
        if (pages[number] == null) {
            pages[number] = new long[2 * PAGE];
            Arrays.fill(pages[number], NO_TOKEN);
        }
        return pages[number];
    }

    private static void change(long[] page, int index, long token) {
        if (page[index] != NO_TOKEN) {
            page[FORMER + index] = page[index];
        }
        page[index] = token;
    }

    /**
     * Takes a number that is about to be closed from its token.
     *
     * @param fd    the descriptor's number
     * @param token the caller's
     * @return whether the token had the number; false if another one has it, or none
     */
    public boolean release(int fd, long token) {
        if (!has(fd, token)) {
            return false;
        }
        change(pages[fd >>> PAGE_BITS], fd & PAGE - 1, NO_TOKEN);
        return true;
    }

    /**
     * Whether a token has a number.
     *
     * @param fd    the descriptor's number
     * @param token any token
     * @return whether the token has it
     */
    public boolean has(int fd, long token) {
        int page = fd >>> PAGE_BITS;
        return fd >= 0 && page < pages.length && pages[page] != null && pages[page][fd & PAGE - 1] == token;
    }
}
