package io.fdflux.posix.socket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SocketAddressBufferTest {

    static InetSocketAddress roundTrip(InetSocketAddress address, boolean ipv6Socket) {
        SocketAddressBuffer buffer = new SocketAddressBuffer();
        int length = buffer.encode(address, ipv6Socket);
        buffer.lengthForResult().set(ValueLayout.JAVA_INT, 0, length);
        return buffer.decode();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1,       0,     false",
        "127.0.0.1,       65535, false",
        "192.168.255.254, 8080,  false",
        "0.0.0.0,         80,    false",
        "10.1.2.3,        8080,  true",
        "::1,             443,   true",
        "2001:db8::ff00:42:8329, 1, true",
        "::,              65535, true",
        "::1,             443,   false",
    })
    void comesBackAsItWent(String host, int port, boolean ipv6Socket) throws UnknownHostException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(host), port);
        assertThat(roundTrip(address, ipv6Socket)).isEqualTo(address);
    }

    @Test
    void scopeIsKept() throws UnknownHostException {
        byte[] linkLocal = InetAddress.getByName("fe80::1234").getAddress();
        InetSocketAddress address = new InetSocketAddress(Inet6Address.getByAddress(null, linkLocal, 3), 80);
        InetSocketAddress back = roundTrip(address, true);
        assertThat(back).isEqualTo(address);
        assertThat(((Inet6Address) back.getAddress()).getScopeId()).isEqualTo(3);
    }

    @Test
    void ipv4OfAnIpv6SocketIsDecodedAsIpv4() throws UnknownHostException {
        InetSocketAddress back = roundTrip(new InetSocketAddress(InetAddress.getByName("10.1.2.3"), 80), true);
        assertThat(back.getAddress()).isInstanceOf(Inet4Address.class);
    }

    @Test
    void ipv4WildcardOfAnIpv6SocketIsTheWildcardOfBoth() throws UnknownHostException {
        InetSocketAddress back = roundTrip(new InetSocketAddress(InetAddress.getByName("0.0.0.0"), 80), true);
        assertThat(back.getAddress()).isEqualTo(InetAddress.getByName("::"));
    }

    @Test
    void nothingIsLeftOfTheAddressBefore() throws UnknownHostException {
        SocketAddressBuffer buffer = new SocketAddressBuffer();
        buffer.encode(
                new InetSocketAddress(InetAddress.getByName("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 65535), true);
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName("10.1.2.3"), 1);
        buffer.lengthForResult().set(ValueLayout.JAVA_INT, 0, buffer.encode(address, true));
        assertThat(buffer.decode()).isEqualTo(address);
    }

    @Test
    void emptyResultIsNoAddress() {
        SocketAddressBuffer buffer = new SocketAddressBuffer();
        buffer.lengthForResult().set(ValueLayout.JAVA_INT, 0, 0);
        assertThat(buffer.decode()).isNull();
    }

    @Test
    void unresolvedAddressIsRefusedByName() {
        InetSocketAddress unresolved = InetSocketAddress.createUnresolved("nowhere.example", 80);
        assertThatThrownBy(() -> new SocketAddressBuffer().encode(unresolved, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nowhere.example");
    }
}
