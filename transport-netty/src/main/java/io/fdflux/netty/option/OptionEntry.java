package io.fdflux.netty.option;

import io.netty.channel.ChannelOption;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * One option of a config.
 *
 * @param <C>    the config
 * @param <T>    the option's type
 * @param type   run-time type of the value, because option maps are unchecked
 * @param getter reads the value; null if it cannot be read
 * @param setter sets the value; null if it cannot be set
 * @param listed whether {@code getOptions()} includes the value
 */
public record OptionEntry<C, T>(
        ChannelOption<T> option,
        Class<?> type,
        Function<? super C, ? extends T> getter,
        BiConsumer<? super C, ? super T> setter,
        boolean listed) {

    /** {@return the value, or null if it cannot be read} */
    T get(C config) {
        return getter == null ? null : getter.apply(config);
    }

    @SuppressWarnings("unchecked") // checked right here
    void set(C config, Object value) {
        if (setter == null) {
            throw new UnsupportedOperationException(nameOf(option) + " can be read only");
        }
        if (!type.isInstance(value)) {
            throw wrongType(option, type.getSimpleName(), value);
        }
        setter.accept(config, (T) value);
    }

    static IllegalArgumentException wrongType(ChannelOption<?> option, String expected, Object value) {
        return new IllegalArgumentException("%s takes a value of type %s, not the %s %s"
                .formatted(nameOf(option), expected, value.getClass().getName(), value));
    }

    /** {@return the plain name of an option, without the class name that Netty's constants begin with} */
    public static String nameOf(ChannelOption<?> option) {
        return option.name().substring(option.name().lastIndexOf('#') + 1);
    }
}
