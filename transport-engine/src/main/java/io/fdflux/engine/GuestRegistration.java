package io.fdflux.engine;

/** A guest on a loop: it asks for turns. Loop thread only. */
public final class GuestRegistration extends Runner {

    private final Engine engine;
    private final Guest guest;
    private final int priority;
    private boolean valid = true;
    private boolean queued;

    GuestRegistration(Engine engine, Guest guest, int priority) {
        this.engine = engine;
        this.guest = guest;
        this.priority = priority;
    }

    /** Asks for one turn, in the next pass. Several calls before it are one. */
    public void want() {
        if (valid && !queued) {
            queued = true;
            engine.queueRun(this, priority);
        }
    }

    /** Ends the registration. The guest is not called any more. */
    public void cancel() {
        valid = false;
    }

    @Override
    void runRead() {
        queued = false;
        if (valid) {
            guest.turn();
        }
    }

    @Override
    Object owner() {
        return guest;
    }

    @Override
    void closeOwner() {
        guest.close();
    }

    @Override
    void abandon() {
        cancel();
    }
}
