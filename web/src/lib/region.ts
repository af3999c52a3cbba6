import { createSlice, type PayloadAction } from '@reduxjs/toolkit';
import { useSelector } from 'react-redux';

export interface RegionState {
  /** The region that produced the last answer; null before the first. */
  answering: string | null;
  /** Whether the region has changed since this page was opened. */
  changed: boolean;
}

const slice = createSlice({
  name: 'region',
  initialState: { answering: null, changed: false } as RegionState,
  reducers: {
    regionAnswered(state, { payload }: PayloadAction<string>) {
      if (state.answering === payload) return;
      state.changed = state.answering !== null;
      state.answering = payload;
    },
  },
});

export const { regionAnswered } = slice.actions;
export const regionReducer = slice.reducer;

export function useRegion(): RegionState {
  return useSelector((state: { region: RegionState }) => state.region);
}

/** Countries of AWS regions, ISO 3166-1 alpha-2. A region that is missing here is shown by its name. */
export const COUNTRIES: Record<string, string> = {
  'af-south-1': 'ZA',
  'ap-east-1': 'HK',
  'ap-northeast-1': 'JP',
  'ap-northeast-2': 'KR',
  'ap-northeast-3': 'JP',
  'ap-south-1': 'IN',
  'ap-south-2': 'IN',
  'ap-southeast-1': 'SG',
  'ap-southeast-2': 'AU',
  'ap-southeast-3': 'ID',
  'ap-southeast-4': 'AU',
  'ap-southeast-5': 'MY',
  'ap-southeast-7': 'TH',
  'ca-central-1': 'CA',
  'ca-west-1': 'CA',
  'eu-central-1': 'DE',
  'eu-central-2': 'CH',
  'eu-north-1': 'SE',
  'eu-south-1': 'IT',
  'eu-south-2': 'ES',
  'eu-west-1': 'IE',
  'eu-west-2': 'GB',
  'eu-west-3': 'FR',
  'il-central-1': 'IL',
  'me-central-1': 'AE',
  'me-south-1': 'BH',
  'mx-central-1': 'MX',
  'sa-east-1': 'BR',
  'us-east-1': 'US',
  'us-east-2': 'US',
  'us-west-1': 'US',
  'us-west-2': 'US',
};

export function countryOf(region: string): string | undefined {
  return COUNTRIES[region];
}
