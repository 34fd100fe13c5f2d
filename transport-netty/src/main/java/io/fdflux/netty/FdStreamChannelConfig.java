package io.fdflux.netty;

import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOption;

/**
 * The options that streams of every family have.
 *
 * @param <S> what the setters return
 */
abstract class FdStreamChannelConfig<S extends ChannelConfig> extends FdChannelConfig<S> {

    private static final int CLOSE_DRAIN_MILLIS = 10_000;

    private volatile boolean allowHalfClosure;
    private volatile int closeDrainMillis = CLOSE_DRAIN_MILLIS;

    FdStreamChannelConfig(FdStreamChannel channel, OptionTable<?> table, SocketOptions socket) {
        super(channel, table, socket);
    }

    static <C extends FdStreamChannelConfig<?>> OptionTable<C> tableOf(ChannelKind kind) {
        return OptionTable.<C>of(kind)
                .with(
                        ChannelOption.ALLOW_HALF_CLOSURE,
                        Boolean.class,
                        FdStreamChannelConfig::isAllowHalfClosure,
                        FdStreamChannelConfig::setAllowHalfClosure)
                .with(
                        FdChannelOption.CLOSE_DRAIN_MILLIS,
                        Integer.class,
                        FdStreamChannelConfig::closeDrainMillis,
                        FdStreamChannelConfig::setCloseDrainMillis);
    }

    final int closeDrainMillis() {
        return closeDrainMillis;
    }

    private void setCloseDrainMillis(int millis) {
        if (millis < 0) {
            throw new IllegalArgumentException("CLOSE_DRAIN_MILLIS is not negative: " + millis);
        }
        closeDrainMillis = millis;
    }

    public boolean isAllowHalfClosure() {
        return allowHalfClosure;
    }

    public S setAllowHalfClosure(boolean allow) {
        allowHalfClosure = allow;
        return self();
    }
}
