package io.fdflux.netty.option;

import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.socket.SocketOption;
import io.netty.channel.ChannelOption;
import java.util.Set;

/**
 * A channel option whose value is an int in the kernel.
 *
 * @param <T>   the option's type
 * @param kinds the sockets that have it
 * @param inet  the kernel's option
 * @param inet6 the additional option of IPv6 sockets; null if they use the same
 * @param hint  the advice where the system lacks the option; may be empty
 */
public record KernelOption<T>(
        ChannelOption<T> option,
        Set<ChannelKind> kinds,
        ValueType<T> values,
        SocketOption inet,
        SocketOption inet6,
        boolean readOnly,
        String hint) {

    /** The type of a value, and the range of the kernel's int, which counts as unsigned here. */
    record ValueType<T>(Class<T> type, long min, long max) {

        static final ValueType<Boolean> BOOLEAN = new ValueType<>(Boolean.class, 0, 1);
        /** A C {@code unsigned int}. */
        static final ValueType<Long> UNSIGNED = new ValueType<>(Long.class, 0, 0xffff_ffffL);

        static ValueType<Integer> between(int min, int max) {
            return new ValueType<>(Integer.class, min, max);
        }

        T fromKernel(long value) {
            if (type == Boolean.class) {
                return type.cast(value != 0);
            }
            return type == Integer.class ? type.cast((int) value) : type.cast(value);
        }

        static long toKernel(Object value) {
            return value instanceof Boolean on ? (on ? 1 : 0) : ((Number) value).longValue();
        }
    }

    static KernelOption<Boolean> bool(ChannelOption<Boolean> option, Set<ChannelKind> kinds, SocketOption inet) {
        return of(option, kinds, ValueType.BOOLEAN, inet);
    }

    /** An int option from 0 up. */
    static KernelOption<Integer> integer(ChannelOption<Integer> option, Set<ChannelKind> kinds, SocketOption inet) {
        return of(option, kinds, ValueType.between(0, Integer.MAX_VALUE), inet);
    }

    static <T> KernelOption<T> of(
            ChannelOption<T> option, Set<ChannelKind> kinds, ValueType<T> values, SocketOption inet) {
        return new KernelOption<>(option, kinds, values, inet, null, false, "");
    }

    KernelOption<T> withInet6(SocketOption onIpv6) {
        return new KernelOption<>(option, kinds, values, inet, onIpv6, readOnly, hint);
    }

    KernelOption<T> readOnlyOne() {
        return new KernelOption<>(option, kinds, values, inet, inet6, true, hint);
    }

    KernelOption<T> elsewhere(String whatToDo) {
        return new KernelOption<>(option, kinds, values, inet, inet6, readOnly, whatToDo);
    }

    OptionEntry<BaseConfig<?>, T> entry() {
        return new OptionEntry<>(option, values.type(), this::get, readOnly ? null : this::set, true);
    }

    private T get(BaseConfig<?> config) {
        if (!inet.isAvailable()) {
            return null;
        }
        Long value = config.socket().get(inet, inet6);
        return value == null ? null : values.fromKernel(value);
    }

    private void set(BaseConfig<?> config, T value) {
        requireAvailable(option, inet.isAvailable(), hint);
        long number = ValueType.toKernel(value);
        if (number < values.min() || number > values.max()) {
            throw new IllegalArgumentException("%s is from %d to %d, not %d"
                    .formatted(OptionEntry.nameOf(option), values.min(), values.max(), number));
        }
        config.socket().set(inet, inet6, (int) number);
    }

    static void requireAvailable(ChannelOption<?> option, boolean available, String hint) {
        if (!available) {
            throw new UnsupportedOperationException("%s has no %s%s"
                    .formatted(
                            Platform.current().os().key(),
                            OptionEntry.nameOf(option),
                            hint.isEmpty() ? "" : "; " + hint));
        }
    }
}
