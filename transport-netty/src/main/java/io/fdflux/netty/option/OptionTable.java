package io.fdflux.netty.option;

import io.netty.channel.ChannelOption;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The options of one class of configs besides those of every Netty channel: the kernel's options for the kind of
 * socket, and the options of the class. One table per class.
 *
 * @param <C> the class of configs
 */
final class OptionTable<C extends BaseConfig<?>> {

    private final Map<ChannelOption<?>, OptionEntry<? super C, ?>> entries = new LinkedHashMap<>();

    private OptionTable() {}

    /** Creates a table with the {@linkplain KernelOptions kernel's options} for a kind of sockets. */
    static <C extends BaseConfig<?>> OptionTable<C> of(ChannelKind kind) {
        OptionTable<C> table = new OptionTable<>();
        KernelOptions.of(kind).forEach(row -> table.put(row.entry()));
        return table.with(OptionKeys.EPOLL_MODE, Enum.class, null, (config, mode) -> {})
                .with(
                        OptionKeys.RCV_ALLOC_TRANSPORT_PROVIDES_GUESS,
                        Boolean.class,
                        config -> false,
                        (config, provides) -> {})
                .with(
                        OptionKeys.LOOP_PRIORITY,
                        Integer.class,
                        config -> config.unsafe().priority(),
                        (config, priority) -> config.unsafe().priority(priority));
    }

    /** Adds an option, or replaces the kernel's entry of it. */
    <T> OptionTable<C> with(
            ChannelOption<T> option,
            Class<?> type,
            Function<? super C, ? extends T> getter,
            BiConsumer<? super C, ? super T> setter) {
        put(new OptionEntry<>(option, type, getter, setter, getter != null));
        return this;
    }

    /** Adds the options that a listener and a connection share. */
    OptionTable<C> withTcp(Function<? super C, SignatureKeys> keys) {
        return with(
                        OptionKeys.TCP_CONGESTION,
                        String.class,
                        config -> config.socket().congestionControl(),
                        (config, name) -> config.socket().setCongestionControl(name))
                .with(
                        OptionKeys.TCP_MD5SIG,
                        Map.class,
                        null,
                        (config, given) -> keys.apply(config).replace(given));
    }

    private void put(OptionEntry<? super C, ?> entry) {
        entries.put(entry.option(), entry);
    }

    /** {@return the entry, or null if channels of this kind have no such option} */
    OptionEntry<? super C, ?> find(ChannelOption<?> option) {
        return entries.get(option);
    }

    Collection<OptionEntry<? super C, ?>> entries() {
        return entries.values();
    }
}
