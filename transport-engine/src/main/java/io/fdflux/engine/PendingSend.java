package io.fdflux.engine;

/**
 * The bytes that a descriptor sends at the end of a turn, together with those of other descriptors. Offered by
 * {@link Registration#offerSend} within a write attempt. All methods run on the loop's thread, in this order. Only
 * {@link #afterSend} may throw, which closes the handle.
 */
public interface PendingSend {

    /** {@return how many bytes to send now; 0 if they have left by another way, and no call is made then} */
    int length();

    /** {@return the address of the first byte; valid until {@link #sent} returns} */
    long address();

    /**
     * Takes off what the kernel took. Other descriptors of the batch have not been told yet, so no user code may run.
     *
     * @param result the bytes taken, or {@code -errno}
     */
    void sent(int result);

    /** Goes on after the batch. User code may run. */
    void afterSend();
}
