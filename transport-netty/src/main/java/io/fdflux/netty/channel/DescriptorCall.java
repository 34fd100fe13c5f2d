package io.fdflux.netty.channel;

import io.fdflux.posix.ClosedDescriptorException;
import io.fdflux.posix.Descriptor;
import java.io.IOException;
import java.util.function.Supplier;

/**
 * A call on a descriptor's number that may throw. {@link #on} keeps the number open during the call.
 *
 * @param <T> the result
 */
public interface DescriptorCall<T> {

    T make(int number) throws IOException;

    /** Makes a call on a descriptor that no channel owns yet. */
    static <T> T on(Descriptor adopted, DescriptorCall<T> call) throws IOException {
        return on(adopted, () -> new ClosedDescriptorException(adopted, "channel"), call);
    }

    /** Makes a call on a descriptor; throws the given exception if the descriptor is closed. */
    static <T> T on(Descriptor descriptor, Supplier<IOException> closed, DescriptorCall<T> call) throws IOException {
        if (!descriptor.lease()) {
            throw closed.get();
        }
        try {
            return call.make(descriptor.number());
        } finally {
            descriptor.releaseUnchecked();
        }
    }
}
