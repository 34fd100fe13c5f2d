package io.fdflux.engine;

import io.fdflux.posix.io.Io;
import java.util.Arrays;

/**
 * The sends of a turn's end, which go to the kernel together. Loop thread only.
 *
 * <pre>
 * step     | what happens                                                                | user code
 * ---------+-----------------------------------------------------------------------------+----------
 * offer    | write attempts of the turn add their bytes                                  | may run
 * withdraw | the owner sends by itself, or is closed                                     | may run
 * submit   | the kernel gets all bytes; each owner takes off its result                  | none
 * complete | each owner goes on: errors, promises of a half-close, writes that came since| may run
 * </pre>
 *
 * {@link #send} makes one send(2) per descriptor. A kernel that takes many sends in one call replaces that method only.
 */
final class SendBatch {

    private static final int FIRST_CAPACITY = 64;

    private Registration[] registrations = new Registration[FIRST_CAPACITY];
    private PendingSend[] sends = new PendingSend[FIRST_CAPACITY];
    private long[] addresses = new long[FIRST_CAPACITY];
    private int[] lengths = new int[FIRST_CAPACITY];
    private int[] results = new int[FIRST_CAPACITY];
    private int size;

    int size() {
        return size;
    }

    /** Adds the bytes of a descriptor, and returns their place. */
    int offer(Registration registration, PendingSend send) {
        if (size == sends.length) {
            grow();
        }
        registrations[size] = registration;
        sends[size] = send;
        return size++;
    }

    private void grow() {
        int larger = size * 2;
        registrations = Arrays.copyOf(registrations, larger);
        sends = Arrays.copyOf(sends, larger);
        addresses = Arrays.copyOf(addresses, larger);
        lengths = Arrays.copyOf(lengths, larger);
        results = Arrays.copyOf(results, larger);
    }

    void withdraw(int place) {
        sends[place] = null;
    }

    /** Hands all bytes to the kernel. */
    void submit() {
        for (int i = 0; i < size; i++) {
            lengths[i] = sends[i] == null ? 0 : sends[i].length();
            addresses[i] = lengths[i] == 0 ? 0 : sends[i].address();
        }
        send();
        for (int i = 0; i < size; i++) {
            if (lengths[i] > 0) {
                sends[i].sent(results[i]);
            }
        }
    }

    private void send() {
        for (int i = 0; i < size; i++) {
            if (lengths[i] > 0) {
                results[i] = Io.send(registrations[i].fd(), addresses[i], lengths[i]);
            }
        }
    }

    /** Lets the owner at a place go on; its registration for the log if that throws. */
    void complete(int place) {
        if (sends[place] != null) {
            sends[place].afterSend();
        }
    }

    Registration registration(int place) {
        return registrations[place];
    }

    void clear() {
        Arrays.fill(registrations, 0, size, null);
        Arrays.fill(sends, 0, size, null);
        size = 0;
    }
}
