//! How many devices and enrollment tokens a user has, per platform (applivery.md §3.1, count objects).

/// What a device runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MdmPlatform {
    /// Apple's systems.
    Apple,
    /// Android with Google's services.
    Android,
    /// Android without them.
    Aosp,
    /// Windows.
    Windows,
}

/// The leaves of the count objects of a user: paths as answers nest them, in the order of answers.
const LEAVES: [&str; 18] = [
    "android.devices.MANAGEMENT_MODE_UNSPECIFIED",
    "android.devices.DEVICE_OWNER",
    "android.devices.PROFILE_OWNER",
    "android.enrollmentTokens.DONE",
    "android.enrollmentTokens.PENDING",
    "android.enrollmentTokens.EXPIRED",
    "android.enrollmentTokens.DELETED",
    "aosp.devices.MANAGEMENT_MODE_UNSPECIFIED",
    "aosp.devices.DEVICE_OWNER",
    "aosp.enrollmentTokens.DONE",
    "aosp.enrollmentTokens.PENDING",
    "aosp.enrollmentTokens.PROCESSING",
    "aosp.enrollmentTokens.EXPIRED",
    "aosp.enrollmentTokens.DELETED",
    "apple.devices",
    "apple.enrollmentTokens",
    "windows.devices",
    "windows.enrollmentTokens",
];

/// The counts of a user; all 0 at first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MdmCounts([u32; LEAVES.len()]);

impl MdmCounts {
    /// Every path with its count, in the order of answers.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u32)> {
        LEAVES.into_iter().zip(self.0)
    }

    /// The count at a path such as `apple.devices` or `android.enrollmentTokens.PENDING`.
    pub fn get(&self, path: &str) -> Option<u32> {
        self.0.get(leaf(path)?).copied()
    }

    /// The count at a path, to be changed.
    pub fn get_mut(&mut self, path: &str) -> Option<&mut u32> {
        self.0.get_mut(leaf(path)?)
    }

    /// The paths that there are.
    pub const fn paths() -> &'static [&'static str] {
        &LEAVES
    }

    /// Devices of any platform.
    pub fn devices(&self) -> u64 {
        self.sum(|path| path.contains(".devices"))
    }

    /// Enrollment tokens of any platform that wait for their device: the integers of Apple and Windows, `PENDING` of the
    /// others (applivery.md §9 question 32).
    pub fn pending_tokens(&self) -> u64 {
        self.sum(|path| path.ends_with(".enrollmentTokens") || path.ends_with(".PENDING"))
    }

    fn sum(&self, wanted: impl Fn(&str) -> bool) -> u64 {
        self.iter().filter(|(path, _)| wanted(path)).map(|(_, count)| u64::from(count)).sum()
    }
}

fn leaf(path: &str) -> Option<usize> {
    LEAVES.iter().position(|leaf| *leaf == path)
}

impl MdmPlatform {
    /// All, by the words of the API.
    pub const ALL: [(&'static str, Self); 4] = [
        ("apple", Self::Apple),
        ("android", Self::Android),
        ("aosp", Self::Aosp),
        ("windows", Self::Windows),
    ];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Apple => "apple",
            Self::Android => "android",
            Self::Aosp => "aosp",
            Self::Windows => "windows",
        }
    }

    /// Where its devices are counted. `mode` is a management mode in the words of the API, where the platform has
    /// several; a device owner's if absent. `None` if the platform has no such mode.
    pub fn devices(self, mode: Option<&str>) -> Option<&'static str> {
        let path = match (self, mode) {
            (Self::Apple | Self::Windows, None) => format!("{}.devices", self.as_str()),
            (Self::Apple | Self::Windows, Some(_)) => return None,
            (_, mode) => format!("{}.devices.{}", self.as_str(), mode.unwrap_or("DEVICE_OWNER")),
        };
        LEAVES.into_iter().find(|leaf| *leaf == path)
    }

    /// Where its pending enrollment tokens are counted, and where those that are done, if they are.
    pub const fn tokens(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Apple => ("apple.enrollmentTokens", None),
            Self::Windows => ("windows.enrollmentTokens", None),
            Self::Android => {
                ("android.enrollmentTokens.PENDING", Some("android.enrollmentTokens.DONE"))
            }
            Self::Aosp => ("aosp.enrollmentTokens.PENDING", Some("aosp.enrollmentTokens.DONE")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_against_deletion_is_counted() {
        let mut counts = MdmCounts::default();
        for path in MdmCounts::paths() {
            *counts.get_mut(path).unwrap() = 1;
        }
        assert_eq!((counts.devices(), counts.pending_tokens()), (7, 4));
        assert_eq!(counts.get("apple.tokens"), None);
    }

    #[test]
    fn each_platform_knows_its_leaves() {
        for (word, platform) in MdmPlatform::ALL {
            let (pending, done) = platform.tokens();
            assert_eq!(platform.as_str(), word);
            for path in [platform.devices(None), Some(pending), done].into_iter().flatten() {
                assert!(path.starts_with(word) && leaf(path).is_some(), "{path}");
            }
        }
        assert_eq!(MdmPlatform::Aosp.devices(Some("PROFILE_OWNER")), None);
        assert_eq!(MdmPlatform::Apple.devices(Some("DEVICE_OWNER")), None);
    }
}
