//! Where no notification goes: addresses that mean the machine's own neighbourhood or nobody in particular.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where clouds tell machines their secrets, besides the link-local addresses.
const METADATA_V4: Ipv4Addr = Ipv4Addr::new(100, 100, 100, 200);
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// Whether a notification may go there: not to link-local, metadata, multicast, broadcast or unspecified addresses, however
/// they are written.
pub fn is_allowed(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_allowed_v4(address),
        IpAddr::V6(address) => {
            // The forms that carry an IPv4 address inside: compatible, and translated by a gateway (NAT64).
            let [.., high, low] = address.segments();
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            let inner = Ipv4Addr::new(a, b, c, d);
            let carries = address.segments().starts_with(&[0x64, 0xff9b, 0, 0, 0, 0])
                || (address.segments().starts_with(&[0; 6]) && !address.is_loopback());
            !(address.is_unspecified()
                || address.is_multicast()
                || address.is_unicast_link_local()
                || address == METADATA_V6
                || (carries && !is_allowed_v4(inner)))
        }
    }
}

fn is_allowed_v4(address: Ipv4Addr) -> bool {
    !(address.is_unspecified()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address == METADATA_V4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_and_metadata_are_never_called() {
        for no in [
            "169.254.169.254",
            "169.254.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "100.100.100.200",
            "::",
            "fe80::1",
            "febf::1",
            "ff02::1",
            "::ffff:169.254.169.254",
            "::169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "fd00:ec2::254",
        ] {
            assert!(!is_allowed(no.parse().unwrap()), "{no}");
        }
        for yes in ["127.0.0.1", "::1", "10.0.0.1", "192.168.1.5", "17.0.0.1", "fd00::1", "2a00::1"]
        {
            assert!(is_allowed(yes.parse().unwrap()), "{yes}");
        }
    }
}
