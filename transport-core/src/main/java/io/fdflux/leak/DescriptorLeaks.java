package io.fdflux.leak;

import io.fdflux.posix.Descriptor;
import io.fdflux.posix.DescriptorWatch;
import io.netty.util.ResourceLeakTracker;

/**
 * Watches descriptors as Netty watches buffers: {@code io.netty.leakDetection.level} says how many. One that the
 * garbage collector found open is reported when a later one is opened, with the place where it was opened. It stays
 * open, because code that asked for its number may use it. Any thread.
 */
public final class DescriptorLeaks implements DescriptorWatch {

    private final DescriptorLeakDetector detector = new DescriptorLeakDetector();

    /** Called by {@link java.util.ServiceLoader}. */
    public DescriptorLeaks() {}

    @Override
    public Runnable opened(Descriptor descriptor) {
        ResourceLeakTracker<Descriptor> tracker = detector.track(descriptor);
        if (tracker == null) {
            return null;
        }
        tracker.record(descriptor.toString());
        return () -> tracker.close(descriptor);
    }
}
