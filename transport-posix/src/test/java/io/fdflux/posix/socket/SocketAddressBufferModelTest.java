package io.fdflux.posix.socket;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Tests that any address survives encoding and decoding. */
class SocketAddressBufferModelTest {

    @Property
    void everyIpv4Address(
            @ForAll @Size(4) byte[] ip, @ForAll @IntRange(max = 65535) int port, @ForAll boolean ipv6Socket)
            throws UnknownHostException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByAddress(ip), port);
        if (!(ipv6Socket && address.getAddress().isAnyLocalAddress())) {
            assertThat(SocketAddressBufferTest.roundTrip(address, ipv6Socket)).isEqualTo(address);
        }
    }

    @Property
    void everyIpv6Address(@ForAll @Size(16) byte[] ip, @ForAll @IntRange(max = 65535) int port)
            throws UnknownHostException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByAddress(ip), port);
        assertThat(SocketAddressBufferTest.roundTrip(address, true)).isEqualTo(address);
    }
}
