package io.fdflux.posix;

/**
 * Learns of each descriptor that this library opens, and of its end, to find those that nobody closes. The first that
 * {@link java.util.ServiceLoader} finds is used.
 */
public interface DescriptorWatch {

    /**
     * A descriptor was opened. The implementation must not keep it reachable. Called by any thread, loops included, so
     * it must not block and must not throw.
     *
     * @param descriptor new, and not in use yet
     * @return run once, by any thread, before the number is closed; null if this one is not watched. It may keep the
     *     descriptor, which alone keeps it
     */
    Runnable opened(Descriptor descriptor);
}
