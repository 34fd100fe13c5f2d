package io.fdflux.engine;

import java.util.Arrays;

/** A queue of registrations that grows and never shrinks, so that a warm loop allocates nothing. Loop thread only. */
final class RunList {

    private static final int FIRST_CAPACITY = 64;

    private Registration[] ring = new Registration[FIRST_CAPACITY];
    private int head;
    private int size;

    void add(Registration registration) {
        if (size == ring.length) {
            Registration[] larger = Arrays.copyOfRange(ring, head, head + size * 2);
            System.arraycopy(ring, 0, larger, size - head, head);
            ring = larger;
            head = 0;
        }
        ring[(head + size++) & (ring.length - 1)] = registration;
    }

    Registration poll() {
        if (size == 0) {
            return null;
        }
        Registration first = ring[head];
        ring[head] = null;
        head = (head + 1) & (ring.length - 1);
        size--;
        return first;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }
}
