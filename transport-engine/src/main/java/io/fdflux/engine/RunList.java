package io.fdflux.engine;

import java.util.Arrays;

/**
 * A queue that grows and never shrinks, so that a warm loop allocates nothing. Loop thread only.
 *
 * @param <T> of its entries
 */
final class RunList<T> {

    private static final int FIRST_CAPACITY = 64;

    private Object[] ring = new Object[FIRST_CAPACITY];
    private int head;
    private int size;

    void add(T entry) {
        if (size == ring.length) {
            Object[] larger = Arrays.copyOfRange(ring, head, head + size * 2);
            System.arraycopy(ring, 0, larger, size - head, head);
            ring = larger;
            head = 0;
        }
        ring[(head + size++) & (ring.length - 1)] = entry;
    }

    @SuppressWarnings("unchecked") // only add stores entries
    T poll() {
        if (size == 0) {
            return null;
        }
        Object first = ring[head];
        ring[head] = null;
        head = (head + 1) & (ring.length - 1);
        size--;
        return (T) first;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }
}
