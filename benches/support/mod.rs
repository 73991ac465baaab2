//! What benchmarks share: worlds of any size.

use quince::model::{Platforms, PricingParam, ProductType, Supply};
use quince::sim::spec::{
    AssetSpec, AssignmentSpec, HolderSpec, LocationSpec, OrganizationSpec, WorldSpec,
};

/// How many assets each device of [`world`] holds.
pub(crate) const ASSETS: u32 = 20;

/// A location whose `devices` hold each of the 20 assets; a hundred licences of each are left.
pub(crate) fn world(devices: u32) -> WorldSpec {
    let asset = |n: u32| AssetSpec {
        adam_id: (900_000_000 + n).to_string(),
        pricing_param: PricingParam::Standard,
        name: format!("App {n}"),
        product_type: ProductType::App,
        supply: Supply::Limited(devices + 100),
        retired: 0,
        revocable: true,
        device_assignable: true,
        platforms: Platforms::IOS,
        licence_base: None,
    };
    let pairs = (0..ASSETS).flat_map(|asset| (0..devices).map(move |device| (asset, device)));
    let location = LocationSpec {
        assets: (0..ASSETS).map(asset).collect(),
        devices: (0..devices).map(|n| format!("C02Q{n:08}")).collect(),
        assignments: pairs
            .map(|(asset, device)| AssignmentSpec { asset, holder: HolderSpec::Device(device) })
            .collect(),
        ..LocationSpec::new("main", 0)
    };
    let organization =
        OrganizationSpec { key: "org".to_owned(), name: "Org".to_owned(), domains: Vec::new() };
    WorldSpec {
        organizations: vec![organization],
        locations: vec![location],
        ..WorldSpec::default()
    }
}
