package io.fdflux.netty.option;

import io.netty.channel.ChannelOption;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * One option that a config knows.
 *
 * @param <C>    the config
 * @param <T>    of its values
 * @param type   what a value is checked to be: the compiler's word does not hold for what comes out of a map of options
 * @param getter how it is read; null if it can't be
 * @param setter how it is set; null if it can't be
 * @param listed whether {@code getOptions()} tells it: that reads it
 */
public record OptionEntry<C, T>(
        ChannelOption<T> option,
        Class<?> type,
        Function<? super C, ? extends T> getter,
        BiConsumer<? super C, ? super T> setter,
        boolean listed) {

    /** The value, or null if it can't be read. */
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

    /** As C and people call it: Netty's constants begin with the name of the class that holds them. */
    public static String nameOf(ChannelOption<?> option) {
        return option.name().substring(option.name().lastIndexOf('#') + 1);
    }
}
