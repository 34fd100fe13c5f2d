package io.fdflux.netty.channel;

import io.fdflux.posix.ClosedDescriptorException;
import io.fdflux.posix.Descriptor;
import java.io.IOException;
import java.util.function.Supplier;

/**
 * A call on a descriptor's number, which fails with an exception. The number is kept open while it is made.
 *
 * @param <T> what it returns
 */
public interface DescriptorCall<T> {

    T make(int number) throws IOException;

    /** Makes a call on a descriptor that is not a channel's yet. */
    static <T> T on(Descriptor adopted, DescriptorCall<T> call) throws IOException {
        return on(adopted, () -> new ClosedDescriptorException(adopted, "channel"), call);
    }

    /** Makes a call on a descriptor; if it is closed, fails with the exception that is given. */
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
