package io.fdflux.netty.option;

import io.fdflux.netty.channel.EngineUnsafe;
import io.fdflux.netty.channel.StreamUnsafe;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;

/**
 * The options of streams of every family.
 *
 * @param <S> the return type of the setters
 */
abstract class StreamConfig<S extends ChannelConfig> extends BaseConfig<S> {

    private volatile boolean allowHalfClosure;

    StreamConfig(EngineUnsafe unsafe, OptionTable<?> table, SocketOptions socket) {
        super(unsafe, table, socket);
    }

    @SuppressWarnings("deprecation") // the option stays for users, with advice
    static <C extends StreamConfig<?>> OptionTable<C> tableOf(ChannelKind kind) {
        return OptionTable.<C>of(kind)
                .with(
                        ChannelOption.ALLOW_HALF_CLOSURE,
                        Boolean.class,
                        StreamConfig::isAllowHalfClosure,
                        StreamConfig::setAllowHalfClosure)
                .with(
                        OptionKeys.WRITE_STAGING,
                        Boolean.class,
                        config -> config.stream().isStaging(),
                        (config, on) -> config.stream().staging(on))
                .with(OptionKeys.CLOSE_DRAIN_MILLIS, Integer.class, config -> 0, StreamConfig::requireNoDrain);
    }

    final StreamUnsafe stream() {
        return (StreamUnsafe) unsafe();
    }

    private static void requireNoDrain(StreamConfig<?> config, int millis) {
        if (millis != 0) {
            throw new IllegalArgumentException("CLOSE_DRAIN_MILLIS is 0, not " + millis
                    + ": close() waits for no peer; close when the last write's future is done");
        }
    }

    public boolean isAllowHalfClosure() {
        return allowHalfClosure;
    }

    public S setAllowHalfClosure(boolean allow) {
        allowHalfClosure = allow;
        return self();
    }
}
