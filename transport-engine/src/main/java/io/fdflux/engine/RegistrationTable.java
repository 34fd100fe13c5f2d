package io.fdflux.engine;

import java.util.Arrays;

/**
 * The registrations of one loop by token. A token is a slot and a generation. An event that was fetched before its
 * descriptor was closed therefore never reaches the next owner of the slot or of the number.
 *
 * <pre>
 * 63 | 62 ... 32  | 31 ... 0
 * 0  | generation | slot
 * </pre>
 *
 * Loop thread only.
 */
final class RegistrationTable {

    private static final int FIRST_CAPACITY = 64;
    private static final long GENERATIONS = Integer.MAX_VALUE;

    private Registration[] slots = new Registration[FIRST_CAPACITY];
    private int[] generations = new int[FIRST_CAPACITY];
    private int[] free = new int[FIRST_CAPACITY];
    private int freeCount;
    private int used;
    private int size;

    long add(Registration registration) {
        int slot;
        if (freeCount > 0) {
            slot = free[--freeCount];
        } else {
            slot = used++;
            if (slot == slots.length) {
                grow();
            }
        }
        slots[slot] = registration;
        size++;
        return (long) generations[slot] << 32 | slot;
    }

    private void grow() {
        int capacity = slots.length * 2;
        slots = Arrays.copyOf(slots, capacity);
        generations = Arrays.copyOf(generations, capacity);
        free = Arrays.copyOf(free, capacity);
    }

    /** {@return the registration of a token, or null if it has ended} */
    Registration get(long token) {
        int slot = (int) token;
        return slot >= 0 && slot < used && generations[slot] == (int) (token >>> 32) ? slots[slot] : null;
    }

    void remove(long token) {
        int slot = (int) token;
        if (get(token) == null) {
            throw new IllegalStateException("no registration has token " + token);
        }
        slots[slot] = null;
        generations[slot] = (int) ((generations[slot] + 1L) & GENERATIONS);
        free[freeCount++] = slot;
        size--;
    }

    int size() {
        return size;
    }

    /** {@return a copy, for iterations during which registrations come and go} */
    Registration[] copy() {
        Registration[] copy = new Registration[size];
        int count = 0;
        for (int i = 0; i < used; i++) {
            if (slots[i] != null) {
                copy[count++] = slots[i];
            }
        }
        return copy;
    }
}
