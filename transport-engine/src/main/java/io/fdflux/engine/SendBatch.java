package io.fdflux.engine;

import io.fdflux.posix.io.Io;
import io.fdflux.spi.BatchSender;
import java.util.Arrays;

/**
 * The sends of a turn's end, which go to the kernel together. Loop thread only.
 *
 * <pre>
 * step     | what happens                                                                 | user code
 * ---------+------------------------------------------------------------------------------+----------
 * offer    | write attempts of the turn add their bytes                                   | may run
 * withdraw | the owner sends by itself, or is closed                                      | may run
 * submit   | the kernel gets all bytes; each owner takes off its result                   | none
 * complete | each owner goes on: errors, promises of a half-close, writes that came since | may run
 * </pre>
 */
final class SendBatch {

    private static final int FIRST_CAPACITY = 64;

    private final BatchSender sender;
    private Registration[] registrations = new Registration[FIRST_CAPACITY];
    private PendingSend[] offers = new PendingSend[FIRST_CAPACITY];
    private int offered;

    /** The offers that have bytes to send, and their sends. */
    private PendingSend[] submitted = new PendingSend[FIRST_CAPACITY];

    private int[] fds = new int[FIRST_CAPACITY];
    private long[] addresses = new long[FIRST_CAPACITY];
    private int[] lengths = new int[FIRST_CAPACITY];
    private int[] results = new int[FIRST_CAPACITY];

    SendBatch(BatchSender sender) {
        this.sender = sender;
    }

    /** One send(2) for each. */
    static void sendEach(int count, int[] fds, long[] addresses, int[] lengths, int[] results) {
        for (int i = 0; i < count; i++) {
            results[i] = Io.send(fds[i], addresses[i], lengths[i]);
        }
    }

    int size() {
        return offered;
    }

    /** Adds the bytes of a descriptor, and returns their place. */
    int offer(Registration registration, PendingSend send) {
        if (offered == offers.length) {
            grow(offered * 2);
        }
        registrations[offered] = registration;
        offers[offered] = send;
        return offered++;
    }

    private void grow(int capacity) {
        registrations = Arrays.copyOf(registrations, capacity);
        offers = Arrays.copyOf(offers, capacity);
        submitted = new PendingSend[capacity];
        fds = new int[capacity];
        addresses = new long[capacity];
        lengths = new int[capacity];
        results = new int[capacity];
    }

    void withdraw(int place) {
        offers[place] = null;
    }

    /** Hands all bytes to the kernel. */
    void submit() {
        int count = 0;
        for (int i = 0; i < offered; i++) {
            int length = offers[i] == null ? 0 : offers[i].length();
            if (length > 0) {
                submitted[count] = offers[i];
                fds[count] = registrations[i].fd();
                addresses[count] = offers[i].address();
                lengths[count++] = length;
            }
        }
        sender.send(count, fds, addresses, lengths, results);
        for (int i = 0; i < count; i++) {
            submitted[i].sent(results[i]);
            submitted[i] = null;
        }
    }

    /** Lets the owner at a place go on. */
    void complete(int place) {
        if (offers[place] != null) {
            offers[place].afterSend();
        }
    }

    /** {@return the descriptor at a place, which is closed if {@link #complete} throws} */
    Registration registration(int place) {
        return registrations[place];
    }

    void clear() {
        Arrays.fill(registrations, 0, offered, null);
        Arrays.fill(offers, 0, offered, null);
        offered = 0;
    }
}
