package io.fdflux.netty.channel;

import io.fdflux.engine.Registration;
import io.fdflux.posix.Descriptor;
import io.netty.channel.Channel;
import java.io.IOException;

/** Opens package-private members of channels to tests of other packages. */
public final class Inside {

    private Inside() {}

    public static int number(Channel channel) {
        return ((EngineChannel) channel).number();
    }

    public static Registration registration(Channel channel) {
        return ((EngineChannel) channel).registration();
    }

    public static <T> T leased(Channel channel, DescriptorCall<T> call) throws IOException {
        return ((EngineChannel) channel).leased(call);
    }

    public static void takeOver(Channel channel, Descriptor fresh) throws IOException {
        ((EngineChannel) channel).takeOver(fresh);
    }
}
