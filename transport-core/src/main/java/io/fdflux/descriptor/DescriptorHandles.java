package io.fdflux.descriptor;

import io.fdflux.posix.Descriptor;
import io.netty.channel.IoEventLoop;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** The descriptors of all streams of one group of loops, each on one loop. Thread-safe. */
public final class DescriptorHandles {

    private final Supplier<IoEventLoop> nextLoop;
    private final DescriptorCalls calls;
    private final Map<Integer, DescriptorHandle> handles = new ConcurrentHashMap<>();

    /**
     * Creates an empty registry.
     *
     * @param nextLoop chooses the loop of a descriptor
     * @param calls    opens descriptors for streams
     */
    public DescriptorHandles(Supplier<IoEventLoop> nextLoop, DescriptorCalls calls) {
        this.nextLoop = nextLoop;
        this.calls = calls;
    }

    /** Returns the handle of a descriptor, which both directions share. {@link #release} must follow. */
    DescriptorHandle acquire(Descriptor descriptor) {
        return handles.compute(descriptor.number(), (number, handle) -> {
            DescriptorHandle shared = handle != null ? handle : new DescriptorHandle(descriptor, nextLoop.get(), calls);
            shared.users++;
            return shared;
        });
    }

    void release(DescriptorHandle released) {
        handles.computeIfPresent(
                released.descriptor().number(), (number, handle) -> --handle.users == 0 ? null : handle);
    }
}
