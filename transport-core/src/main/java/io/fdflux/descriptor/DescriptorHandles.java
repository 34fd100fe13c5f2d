package io.fdflux.descriptor;

import io.fdflux.loop.Placement;
import io.fdflux.posix.Descriptor;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The descriptors of all streams of one group of loops, each on one loop. Thread-safe. */
public final class DescriptorHandles {

    private final Placement where;
    private final DescriptorCalls calls;
    private final Map<Integer, DescriptorHandle> handles;

    /**
     * Creates an empty registry.
     *
     * @param where chooses the loop of a descriptor
     * @param calls opens descriptors for streams
     */
    public DescriptorHandles(Placement where, DescriptorCalls calls) {
        this(where, calls, new ConcurrentHashMap<>());
    }

    private DescriptorHandles(Placement where, DescriptorCalls calls, Map<Integer, DescriptorHandle> handles) {
        this.where = where;
        this.calls = calls;
        this.handles = handles;
    }

    /**
     * The same registry, for streams of another priority.
     *
     * @param priority of the streams
     * @return a view of this registry
     */
    public DescriptorHandles withPriority(int priority) {
        return new DescriptorHandles(new Placement(where.loops(), priority), calls, handles);
    }

    /** {@return the priority of new streams} */
    int priority() {
        return where.priority();
    }

    /** Returns the handle of a descriptor, which both directions share. {@link #release} must follow. */
    DescriptorHandle acquire(Descriptor descriptor) {
        return handles.compute(descriptor.number(), (number, handle) -> {
            DescriptorHandle shared =
                    handle != null ? handle : new DescriptorHandle(descriptor, where.nextLoop(), calls);
            shared.users++;
            return shared;
        });
    }

    void release(DescriptorHandle released) {
        handles.computeIfPresent(
                released.descriptor().number(), (number, handle) -> --handle.users == 0 ? null : handle);
    }
}
